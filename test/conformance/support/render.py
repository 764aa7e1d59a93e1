"""Runs inside FastChat's environment: renders conversations with FastChat's own code.

Reads JSON from standard input and writes JSON to standard output:
  {"template": {...}, "model": m, "conversations": [[message, ...], ...]}
      -> the bodies that FastChat's API server would send to a worker with that template
  {"gradio": template name, "conversations": ...}
      -> the prompt, stop and stop_token_ids that FastChat's web page would send
"""

import asyncio
import json
import sys


def bodies_of_api_server(template, model, conversations):
    """What openai_api_server.get_gen_params makes of each conversation."""
    from fastchat.serve import openai_api_server as server

    address = "http://worker"
    server.conv_template_map[(address, model)] = template

    async def body(messages):
        return await server.get_gen_params(
            model,
            address,
            messages,
            temperature=0.7,
            top_p=1.0,
            top_k=-1,
            presence_penalty=0.0,
            frequency_penalty=0.0,
            max_tokens=1000,
            echo=False,
            stop=None,
        )

    async def all_bodies():
        return [await body(messages) for messages in conversations]

    return asyncio.run(all_bodies())


def prompts_of_gradio(name, conversations):
    """What the web page makes of each conversation: a template of FastChat's, not the worker's."""
    from fastchat.conversation import get_conv_template

    made = []
    for messages in conversations:
        conversation = get_conv_template(name)
        for message in messages:
            role = conversation.roles[0 if message["role"] == "user" else 1]
            conversation.append_message(role, message["content"])
        conversation.append_message(conversation.roles[1], None)
        made.append(
            {
                "prompt": conversation.get_prompt(),
                "stop": conversation.stop_str,
                "stop_token_ids": conversation.stop_token_ids,
            }
        )
    return made


def main():
    """Answers the one question on standard input."""
    asked = json.load(sys.stdin)
    # FastChat's loggers take over standard output when the server is imported.
    answer = sys.stdout
    if "gradio" in asked:
        made = prompts_of_gradio(asked["gradio"], asked["conversations"])
    else:
        made = bodies_of_api_server(asked["template"], asked["model"], asked["conversations"])
    json.dump(made, answer)


if __name__ == "__main__":
    main()
