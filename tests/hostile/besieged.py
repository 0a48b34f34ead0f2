"""A desk in a process of its own: so that its memory and its open files can be measured, and both ends of ten thousand sockets fit.

`python -m tests.hostile.besieged '{"database_url": …, "var_dir": …, "patience": …, "files": …}'` serves until its input ends.
"""

import asyncio
import os
import resource
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen, TimeoutExpired
from typing import Any

import orjson
from aiohttp import ClientSession

import api.route
import api.socket
import app.server
import channels.email.listener
from kernel.config import Settings
from kernel.log import configure
from tests.support import telegram_stand_in, twilio_stand_in
from tests.support.telegram_stand_in import TelegramStandIn

PUBLIC_URL = "https://desk.example.com"
ADDRESS = "support@desk.example.com"
MAIL_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Besieged:
    """The other process, from outside; `inboxes` by channel, `token` is an admin's."""

    process: Popen[bytes]
    port: int
    smtp_port: int
    token: str
    inboxes: dict[str, str]
    chat_key: str

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.port}"

    def memory(self) -> int:
        """Return how much memory it holds, in bytes."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("it is gone")

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[Callable[[], int]]:
        """Look at its memory all the while; yield what returns by how many bytes it has grown at most."""
        before = most = self.memory()

        async def look() -> None:
            nonlocal most
            while True:
                most = max(most, self.memory())
                await asyncio.sleep(0.02)

        looking = asyncio.ensure_future(look())
        try:
            yield lambda: most - before
        finally:
            looking.cancel()

    def sockets(self) -> int:
        """Return how many sockets it has open."""
        return sum(_is_socket(one) for one in Path(f"/proc/{self.process.pid}/fd").iterdir())

    async def health(self) -> float:
        """Return how long a newcomer waits for an answer, in seconds; anything but health fails the test."""
        began = asyncio.get_running_loop().time()
        async with asyncio.timeout(10), ClientSession() as newcomer, newcomer.get(f"{self.url}/healthz") as answer:
            assert answer.status == 200
        return asyncio.get_running_loop().time() - began

    async def until_sockets(self, most: int, within: float) -> None:
        """Wait until it has closed all sockets but so many."""
        async with asyncio.timeout(within):
            while self.sockets() > most:
                await asyncio.sleep(0.1)


def _is_socket(descriptor: Path) -> bool:
    try:
        return os.readlink(descriptor).startswith("socket:")
    except FileNotFoundError:  # it was closed since the folder was read
        return False


@contextmanager
def besieged(database_url: str, folder: Path, *, patience: float = 75, files: int = 2_000) -> Iterator[Besieged]:
    """Serve a desk in another process that waits `patience` seconds for what is slow and may open so many files."""
    given = orjson.dumps({"database_url": database_url, "var_dir": str(folder), "patience": patience, "files": files}).decode()
    with Popen([sys.executable, "-m", "tests.hostile.besieged", given], stdin=PIPE, stdout=PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            said: dict[str, Any] = orjson.loads(process.stdout.readline())
            yield Besieged(process=process, **said)
        finally:
            process.stdin.close()
            try:
                process.wait(15)
            except TimeoutExpired:
                process.kill()


async def _serve(given: dict[str, Any]) -> None:
    async with TelegramStandIn() as vendor:
        await _open(given, vendor.url)


async def _open(given: dict[str, Any], telegram_url: str) -> None:
    # Standard output is for one line only: who reads no further must not stop us.
    configure("ERROR")
    patience, files = float(given["patience"]), int(given["files"])
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, files), files))
    app.server.SILENT_WITHIN = app.server.STUCK_WITHIN = api.route.READ_WITHIN = api.socket.HELLO_WITHIN = patience
    channels.email.listener.SILENT_WITHIN = patience
    settings = Settings(
        database_url=given["database_url"], var_dir=Path(given["var_dir"]), secret_key="tests only", port=0, smtp_listen_port=0, public_url=PUBLIC_URL,
        mail_max_bytes=MAIL_MAX_BYTES, telegram_api_url=telegram_url, log_level="ERROR", _env_file=None,
    )  # fmt: skip
    from app.operating import create_agent, create_token

    await create_agent(settings, name="Ada", email="ada@desk.example.com", password="a long password", role="admin")
    token = await create_token(settings, email="ada@desk.example.com", name="siege")
    async with app.server.opened(settings) as serving:
        create = serving.estate.house.directory.create
        twilio = {"account_sid": twilio_stand_in.ACCOUNT_SID, "auth_token": twilio_stand_in.AUTH_TOKEN}
        telegram = {"bot_token": telegram_stand_in.BOT_TOKEN, "secret_token": telegram_stand_in.SECRET_TOKEN, "mode": "webhook"}
        chat = await create(channel="chat", name="Site", address="desk.example.com", settings={})
        inboxes = {
            "chat": str(chat.id),
            "sms": str((await create(channel="sms", name="Texts", address="+15005550006", settings=twilio)).id),
            "telegram": str((await create(channel="telegram", name="Bot", address="@desk_bot", settings=telegram)).id),
            "email": str((await create(channel="email", name="Support", address=ADDRESS, settings={"smtp_host": "127.0.0.1"})).id),
        }
        port = int(serving.url.rsplit(":", 1)[1])
        told = {"port": port, "smtp_port": serving.smtp_port, "token": token, "inboxes": inboxes, "chat_key": chat.key}
        sys.stdout.write(orjson.dumps(told).decode() + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(orjson.loads(sys.argv[1])))
