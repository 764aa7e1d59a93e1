"""FastChat's controller with the one path that Chatchat adds to it: /release_worker.

Started as a program: `python controller_app.py --host … --port …`, the flags of FastChat's own.
RELEASE_PATIENCE is how many seconds it waits for a model that is to take another one's place;
Chatchat waits for HTTPX_DEFAULT_TIMEOUT, 300.
"""

import os
import time

import httpx
import uvicorn
from fastapi import Body
from fastchat.serve import controller as fastchat


def release_worker(model_name: str = Body(...), new_model_name: str | None = Body(None)):
    """Asks the worker of a model to release it, and may wait for the one that comes instead."""
    controller = fastchat.controller
    served = controller.list_models()
    if model_name not in served:
        return {"code": 500, "msg": f"{model_name} is not available"}
    body = {"new_model_name": new_model_name, "keep_origin": False}
    address = controller.get_worker_address(model_name)
    if httpx.post(f"{address}/release", json=body, trust_env=False).status_code != 200:
        return {"code": 500, "msg": f"{model_name} was not released"}
    if new_model_name is not None and not comes(controller, new_model_name):
        return {"code": 500, "msg": f"{new_model_name} did not come"}
    return {"code": 200, "msg": f"{model_name} is released"}


def comes(controller, model_name):
    """Whether a model registers before the patience ends."""
    deadline = time.monotonic() + float(os.environ["RELEASE_PATIENCE"])
    while time.monotonic() < deadline:
        if model_name in controller.list_models():
            return True
        time.sleep(0.2)
    return False


if __name__ == "__main__":
    args, fastchat.controller = fastchat.create_controller()
    fastchat.app.post("/release_worker")(release_worker)
    uvicorn.run(fastchat.app, host=args.host, port=args.port, log_level="info")
