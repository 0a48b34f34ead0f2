"""The floor of the live push: a bare aiohttp server that hands what is posted to it to every WebSocket, and does nothing else."""

import os
import time

from aiohttp import web

from bench.noting import VARIABLE

COMMAND = "from bench.fan_out import main; main()"


def main() -> None:
    """Serve until SIGTERM; each frame is one line of what is posted, and its first word is noted with the moment."""
    sockets: set[web.WebSocketResponse] = set()
    notes = open(os.environ[VARIABLE], "a", buffering=1)  # noqa: SIM115, it stays open as long as the process lives

    async def join(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        await socket.receive()
        await socket.send_str('{"type":"welcome"}')
        sockets.add(socket)
        async for _ in socket:
            pass
        sockets.discard(socket)
        return socket

    async def post(request: web.Request) -> web.Response:
        frames = [line.partition(" ") for line in (await request.text()).splitlines()]
        at = time.monotonic()
        for _, _, frame in frames:
            for socket in tuple(sockets):
                await socket.send_str(frame)
        notes.write("".join(f"{name} {at}\n" for name, _, _ in frames))
        return web.Response()

    async def healthz(_request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/ws", join), web.post("/frames", post)])
    web.run_app(app, host="127.0.0.1", port=int(os.environ["KINDRED_PORT"]), print=None, access_log=None, shutdown_timeout=0.1)
