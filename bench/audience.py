"""A desk with many signed-in agents who listen, and one phone number that customers write to."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from twilio.request_validator import RequestValidator

from app.compose import compose
from bench.serving import ROOT, SECRET_KEY
from kernel.config import Settings
from staff import service as staff
from staff.values import Role

_AUTH_TOKEN = "benches only"
_NUMBER = "+15005550006"
_CUSTOMERS = 50
_PROCESSES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """An inbox for SMS on a database, and the cookies of the agents who are signed in there."""

    database_url: str
    inbox_id: int
    cookies: Sequence[str]

    async def ring(self, client: aiohttp.ClientSession, base: str, number: int) -> None:
        """Bring a signed SMS to the server at `base` and wait for its answer; the customers write in turn."""
        path = f"/hooks/sms/{self.inbox_id}"
        fields = {
            "MessageSid": f"SM{number}",
            "AccountSid": "AC0123",
            "From": f"+4477009{number % _CUSTOMERS:05}",
            "To": _NUMBER,
            "Body": f"Message {number}: where is my order?",
            "NumMedia": "0",
        }
        signature = RequestValidator(_AUTH_TOKEN).compute_signature(base + path, fields)
        async with client.post(base + path, data=fields, headers={"X-Twilio-Signature": signature}) as answer:
            answer.raise_for_status()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One event as the agents got it: its id, the size of its frame in bytes, and the moment at each of them (CLOCK_MONOTONIC)."""

    event_id: str
    size: int
    at: Sequence[float]


class Crowds:
    """The agents' sockets, in processes of their own so that what is measured is the server."""

    def __init__(self) -> None:
        self.lost = 0
        self._children: list[tuple[asyncio.subprocess.Process, Path]] = []

    async def gather(self, url: str, cookies: Sequence[str], folder: Path) -> None:
        """Connect everybody and wait until all are welcomed."""
        for part in range(_PROCESSES):
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bench.crowd", cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
            )
            self._children.append((child, folder / f"heard{part}"))
        for part, (child, out) in enumerate(self._children):
            await _order(child, json.dumps({"url": url, "cookies": list(cookies[part::_PROCESSES]), "out": str(out)}))
        for child, _ in self._children:
            await _expect(child, "ready")

    async def heard(self) -> list[Heard]:
        """Let everybody go, and return what they heard of events."""
        events: dict[str, Heard] = {}
        for child, out in self._children:
            await _order(child, "write")
            await _expect(child, "written")
            written = json.loads(out.read_text())
            self.lost += written["lost"]
            for one in written["heard"]:
                if (frame := one["frame"])["type"] == "event":
                    before = events[frame["id"]].at if frame["id"] in events else []
                    events[frame["id"]] = Heard(event_id=frame["id"], size=one["bytes"], at=[*before, *one["at"]])
        return list(events.values())

    async def end(self) -> None:
        """End the processes."""
        for child, _ in self._children:
            if child.returncode is None:
                child.terminate()
            await child.wait()


@asynccontextmanager
async def crowds() -> AsyncIterator[Crowds]:
    """Yield nobody yet; whoever was gathered is gone at the end."""
    async with AsyncExitStack() as stack:
        gathered = Crowds()
        stack.push_async_callback(gathered.end)
        yield gathered


async def phone(database_url: str, folder: Path, agents: int) -> Phone:
    """Set up the inbox and sign so many agents in."""
    estate = compose(Settings(database_url=database_url, var_dir=folder, secret_key=SECRET_KEY, _env_file=None))
    try:
        inbox = await estate.house.directory.create(channel="sms", name="Phone", address=_NUMBER, settings={"account_sid": "AC0123", "auth_token": _AUTH_TOKEN})
        async with estate.house.factory() as uow:
            cookies = []
            for number in range(agents):
                agent = await staff.create_agent(uow, name=f"Agent {number}", email=f"agent{number}@desk.example", password_hash=None, role=Role.AGENT)
                cookies.append(f"kindred_session={(await staff.begin_session(uow, agent.id)).token}")
        return Phone(database_url=database_url, inbox_id=inbox.id, cookies=cookies)
    finally:
        await estate.close()


async def _order(child: asyncio.subprocess.Process, line: str) -> None:
    assert child.stdin is not None
    child.stdin.write(line.encode() + b"\n")
    await child.stdin.drain()


async def _expect(child: asyncio.subprocess.Process, word: str) -> None:
    assert child.stdout is not None
    said = (await child.stdout.readline()).decode().strip()
    if said != word:
        raise RuntimeError(f"the agents' process said {said!r}, not {word!r}")
