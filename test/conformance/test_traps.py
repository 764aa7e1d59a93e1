"""The known traps of FastChat's protocol, each with the test that keeps the worker out of it.

The tests below are those that only the real programs can show and no other file is about;
"Node suite" stands for the tests in TypeScript.

 1. A template that was refused once is remembered for ever:
    test_an_api_server_that_meets_an_overloaded_worker_first_works_afterwards
 2. Token counts, windows and status must not queue behind answers:
    test_counts_windows_and_status_answer_while_every_place_is_taken
 3. HTTP statuses lose the text of an error:
    test_a_refusal_of_glm_is_a_400_with_our_code_and_sentence
 4. A zero byte too many, or one too few:
    test_a_body_that_is_no_json_is_refused_readably, test_the_relay_passes_our_errors_on
 5. Compressed streams cannot be read: test_a_stream_is_chunked_and_never_compressed
 6. A body that is not chunked hides that it was cut: the same test
 7. A clean end makes a broken answer look whole:
    test_an_answer_that_glm_cuts_never_looks_complete
 8. Unknown finish reasons break the callers:
    test_an_answer_that_glm_takes_back_never_looks_complete
 9. Text that shrinks or ends in half a character:
    test_emoji_that_glm_splits_arrive_whole,
    test_the_relay_passes_text_on_while_glm_still_answers
10. Usage that is null or not whole: test_every_frame_counts_whole_tokens
11. Silence is taken for death:
    test_a_glm_that_thinks_longer_than_the_callers_patience_is_waited_for,
    test_a_glm_that_falls_silent_amid_its_text_is_waited_for,
    test_a_place_in_line_is_waited_for_longer_than_the_callers_patience,
    test_the_controllers_relay_waits_longer_than_its_own_patience
12. The template's own stop string arrives with every request:
    test_the_stop_string_of_the_template_neither_reaches_glm_nor_cuts_an_answer
13. The limit is as large as the window when the client gave none:
    test_a_chat_without_a_limit_asks_for_no_more_than_the_model_can_write
14. Nulls in place of parameters: test_a_chat_whose_parameters_are_null_is_answered
15. A prompt must not be split at every ###:
    test_whatever_fastchat_writes_from_our_template_is_read_back_as_the_same_turns
16. Raw prompts carry no mark: test_a_completion_is_never_mistaken_for_a_chat
17. The web page writes with templates of its own: test_the_turns_of_the_web_page_arrive_as_turns
18. Images in several forms: test_an_image_reaches_a_model_that_sees_as_a_content_part;
    bare base64 and placeholders without an image: Node suite
19. A registration must be whole each time:
    test_a_worker_with_a_model_that_sees_is_listed_as_multimodal; its fields: Node suite
20. A refresh brings a draining worker back:
    test_a_running_stream_finishes_while_the_controller_routes_nobody_here
21. A controller that stands still for seconds:
    test_a_controller_held_up_by_a_sick_worker_keeps_ours
22. Bodies of megabytes: test_a_prompt_of_300000_characters_arrives_whole
23. A status request has no body and no type: test_the_controllers_own_status_sums_up_the_worker
24. One end client takes several places:
    test_two_choices_are_asked_for_in_parallel_and_their_usage_is_added
25. Not every API server tells that its client left:
    test_a_client_that_leaves_amid_the_text_ends_the_upstream_request; the limit by time: Node suite
26. OpenAI's clients overlook an error frame without an error object:
    test_a_refusal_of_glm_is_raised_in_a_stream
27. A password in the worker's address is seen by everybody who sees the controller; it must work
    all the same: test_every_caller_reaches_the_worker_by_its_advertised_address
28. Two addresses of one worker are two workers:
    test_heart_beats_keep_the_worker_listed_past_the_time_of_expiry
"""

import json
import re
import socket
from pathlib import Path

from support.chatting import ask, openai_client, stream, user
from support.frames import frames, request_body
from support.sandbox import ENDLESS, answer, refusal
from support.stack import MODEL, ApiServer, Controller, Worker, client, post


def test_every_trap_names_a_test_that_exists():
    files = Path(__file__).parent.glob("test_*.py")
    defined = {n for file in files for n in re.findall(r"^def (test_\w+)", file.read_text(), re.M)}

    named = set(re.findall(r"\btest_\w+", __doc__))

    assert named - defined == set()
    assert re.findall(r"^ ?(\d+)\. ", __doc__, re.M) == [str(n) for n in range(1, 29)]


def test_an_api_server_that_meets_an_overloaded_worker_first_works_afterwards(start, sandbox):
    controller = start(Controller)
    small = {"LIMIT_WORKER_CONCURRENCY": "1", "QUEUE_LIMIT": "1", "MODEL_NAMES": MODEL}
    worker = start(Worker, controller.url, sandbox, settings={**small, "QUEUE_TIMEOUT": "1"})
    sandbox.script(ENDLESS)
    busy = frames(worker.url, request_body())
    next(busy)
    api = start(ApiServer, controller)

    with openai_client(api) as openai:
        overloaded = stream(openai, "hi")
        busy.close()
        worker.wait_idle()
        answered = stream(openai, "hi")

    assert int(overloaded.error.body["code"]) == 42903
    assert (answered.error, answered.finishes) == (None, [(0, "stop")])


def test_a_stream_is_chunked_and_never_compressed(worker, sandbox):
    offers = {"accept-encoding": "gzip, deflate, br, zstd"}
    body = request_body()
    address = f"{worker.url}/worker_generate_stream"

    with client.stream("POST", address, json=body, headers=offers) as response:
        raw = b"".join(response.iter_raw())

    assert response.headers["transfer-encoding"] == "chunked"
    assert "content-encoding" not in response.headers
    assert raw.endswith(b"}\0")


def test_every_frame_counts_whole_tokens(worker, sandbox):
    sandbox.script(answer("some words and no count", usage=None, paceMs=20))

    seen = list(frames(worker.url, request_body()))

    for frame in seen:
        assert sorted(frame["usage"]) == ["completion_tokens", "prompt_tokens", "total_tokens"]
        assert all(type(count) is int for count in frame["usage"].values())
    assert [frame["finish_reason"] for frame in seen[:-1]] == [None] * (len(seen) - 1)


def test_a_body_that_is_no_json_is_refused_readably(worker):
    streamed = client.post(f"{worker.url}/worker_generate_stream", content=b"{no json")
    whole = client.post(f"{worker.url}/worker_generate", content=b"{no json")

    assert (streamed.status_code, whole.status_code) == (200, 200)
    assert json.loads(streamed.content.rstrip(b"\0"))["error_code"] == 40001
    assert streamed.content.endswith(b"\0")
    assert whole.json()["error_code"] == 40001


def test_a_chat_whose_parameters_are_null_is_answered(api, sandbox):
    names = ["temperature", "top_p", "top_k", "presence_penalty", "frequency_penalty", "stop"]
    body = {"model": MODEL, "messages": [user("hi")], **dict.fromkeys(names)}

    reply = post(f"{api.url}/v1/chat/completions", body)

    assert reply["choices"][0]["finish_reason"] == "stop"
    assert {"temperature", "top_p", "do_sample"}.isdisjoint(sandbox.chats()[-1])


def test_a_controller_held_up_by_a_sick_worker_keeps_ours(start, sandbox):
    controller = start(Controller)
    worker = start(Worker, controller.url, sandbox, settings={"MODEL_NAMES": MODEL})
    with socket.create_server(("127.0.0.1", 0)) as silent:
        # Takes connections and never answers: the controller stands still for 5 s per refresh.
        sick = f"http://127.0.0.1:{silent.getsockname()[1]}"
        status = {"model_names": ["sick"], "speed": 1, "queue_length": 0}
        registration = {"worker_name": sick, "check_heart_beat": True, "worker_status": status}
        post(f"{controller.url}/register_worker", registration)
        post(f"{controller.url}/refresh_all_workers")

    assert controller.models() == [MODEL]
    assert worker.is_ready()
    assert controller.log().count(f"Register a new worker: {worker.url}") <= 2
    *_, last = frames(controller.url, request_body())
    assert last["finish_reason"] == "stop"


def test_a_failed_choice_takes_no_place_away(openai, worker, sandbox):
    sandbox.default(refusal("1301", 400))
    for _ in range(12):
        stream(openai, "hi", n=2)
    sandbox.default(answer("free"))

    assert worker.queue_length() == 0
    assert ask(openai, "hi").choices[0].message.content == "free"
