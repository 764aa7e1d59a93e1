"""What Chatchat's page asks about models: which ones run, release one, switch to another."""

import time

from chatchat.chatting import show_chat
from support.sandbox import answer
from support.stack import client, post


def release(chatchat, **body):
    """What Chatchat answers to "release" and "switch model", and after how many seconds."""
    began = time.monotonic()
    path = f"{chatchat.controller.url}/release_worker"
    return post(path, {"model_name": "zhipu-api", **body}), time.monotonic() - began


def test_the_controller_lists_one_name_which_the_page_can_only_open_on(chatchat):
    assert post(f"{chatchat.controller.url}/list_models") == {"models": ["zhipu-api"]}


def test_the_api_server_lists_the_same_name(chatchat):
    listed = client.get(f"{chatchat.base_url}/models").json()

    assert [model["id"] for model in listed["data"]] == ["zhipu-api"]


def test_the_name_is_still_listed_after_the_controller_has_asked_every_worker(chatchat):
    post(f"{chatchat.controller.url}/refresh_all_workers")

    assert chatchat.controller.models() == ["zhipu-api"]


def test_the_worker_tells_its_names_and_its_queue(chatchat):
    status = post(f"{chatchat.worker.url}/worker_get_status")

    assert status == {"model_names": ["zhipu-api"], "speed": 1, "queue_length": 0}


def test_fastchat_is_told_the_models_real_window(chatchat):
    details = post(f"{chatchat.worker.url}/model_details", {"model": "zhipu-api"})

    assert details == {"context_length": 200_000}


def test_release_succeeds_at_once_and_the_model_goes_on(chatchat, sandbox):
    sandbox.script(answer("still here"))

    reply, seconds = release(chatchat)

    assert reply == {"code": 200, "msg": "zhipu-api is released"}
    assert seconds < 5
    assert chatchat.controller.models() == ["zhipu-api"]
    assert show_chat(chatchat, "hi").text == "still here"


def test_a_switch_is_answered_at_once_by_the_worker_and_not_waited_for_by_it(chatchat):
    body = {"new_model_name": "chatglm3-6b", "keep_origin": False}

    reply = post(f"{chatchat.worker.url}/release", body)

    assert reply == {"code": 200, "msg": "an online model holds nothing to release"}


def test_a_switch_to_a_model_that_nobody_starts_fails_and_leaves_the_name_in_place(chatchat):
    reply, _ = release(chatchat, new_model_name="chatglm3-6b")

    assert reply == {"code": 500, "msg": "chatglm3-6b did not come"}
    assert chatchat.controller.models() == ["zhipu-api"]
