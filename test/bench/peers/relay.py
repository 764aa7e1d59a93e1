# The limit in Python: an asyncio process that hands each piece of the answer on, unread.

import os

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

OWN_HEADERS = {b"host", b"connection", b"content-length"}

client = httpx.AsyncClient(
    timeout=httpx.Timeout(300, connect=10),
    limits=httpx.Limits(max_connections=None, max_keepalive_connections=None),
    # What is not asked for packed need not be told apart.
    headers={"accept-encoding": "identity"},
)


async def pieces_of(answer):
    try:
        async for piece in answer.aiter_raw():
            yield piece
    finally:
        await answer.aclose()


async def relay(request):
    call = client.build_request(
        "POST",
        os.environ["UPSTREAM"] + request.url.path,
        headers=[pair for pair in request.headers.raw if pair[0] not in OWN_HEADERS],
        content=await request.body(),
    )
    answer = await client.send(call, stream=True)
    return StreamingResponse(
        pieces_of(answer),
        status_code=answer.status_code,
        media_type=answer.headers.get("content-type"),
    )


app = Starlette(routes=[Route("/{path:path}", relay, methods=["POST"])])

if __name__ == "__main__":
    uvicorn.run(
        app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning", access_log=False
    )
