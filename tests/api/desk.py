"""A desk that is served: people with their browsers and programs, and customers who write."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import orjson
from aiohttp import ClientWebSocketResponse, DummyCookieJar, WSMsgType
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request
from yarl import URL

from api.access import COOKIE
from api.app import build_app
from api.limits import LONGEST_LINE
from app.compose import Estate, compose
from channels.contract import Webhook
from channels.registry import Registry
from kernel.claims import Claim, IdentityKind, Trust
from kernel.clock import MovedClock
from kernel.config import Settings
from kernel.uow import UnitOfWork
from staff import service as staff
from staff.values import Role
from tests.support import house, rows, twilio_stand_in

PUBLIC_URL = "https://desk.example.com"
Json = dict[str, Any]


class HookedRegistry(house.RememberingRegistry):
    """Remembers what is sent, and lets vendors call the real adapters."""

    def webhook(self, channel: str) -> Webhook:
        self.manifest(channel)
        adapter = Registry.adapter(self, channel)
        return adapter if isinstance(adapter, Webhook) else super().webhook(channel)


@dataclass(slots=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> Json:
        """The body, read."""
        value: Json = orjson.loads(self.content)
        return value

    @property
    def items(self) -> list[Json]:
        """The items of a page."""
        found: list[Json] = self.json["items"]
        return found

    @property
    def code(self) -> str:
        """The code of a problem, which must be told as one."""
        assert self.headers["Content-Type"].startswith("application/problem+json"), self.content
        assert self.json["status"] == self.status
        return str(self.json["code"])


@dataclass(slots=True)
class Person:
    """Somebody with a browser: a cookie, a CSRF token, and sockets."""

    client: TestClient[Request, Application]
    agent_id: str = ""
    csrf: str = ""
    token: str = ""

    @property
    def proof(self) -> dict[str, str]:
        """What a browser sends along for a page of ours."""
        return {"Cookie": f"__Host-{COOKIE}={self.token}", "X-CSRF-Token": self.csrf} if self.token else {}

    async def ask(self, method: str, path: str, body: object = None, *, content: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask the API: paths are under /api/v1 unless they begin with a double slash."""
        given = self.proof
        if body is not None:
            content, given["Content-Type"] = orjson.dumps(body), "application/json"
        given.update(headers or {})
        url = path[1:] if path.startswith("//") else f"/api/v1{path}"
        # As it is: a client that quotes anew would sign other bytes than it sends.
        address = URL(str(self.client.make_url("/")) + url[1:], encoded=True)
        async with self.client.session.request(method, address, data=content, headers=given, allow_redirects=False) as response:
            return Answer(response.status, response.headers, await response.read())

    async def get(self, path: str, **more: Any) -> Answer:
        return await self.ask("GET", path, **more)

    async def post(self, path: str, body: object = None, **more: Any) -> Answer:
        return await self.ask("POST", path, {} if body is None and "content" not in more else body, **more)

    async def patch(self, path: str, body: object) -> Answer:
        return await self.ask("PATCH", path, body)

    async def delete(self, path: str) -> Answer:
        return await self.ask("DELETE", path)

    async def live(self, since: str | None = None, *, path: str = "/ws/agent", headers: Mapping[str, str] | None = None) -> "Wire":
        """Open the agents' socket, say hello, and return it with its welcome read."""
        wire = await self.wire(path, headers)
        await wire.say({"type": "hello", "since": since})
        wire.welcome = await wire.next("welcome")
        return wire

    async def wire(self, path: str, headers: Mapping[str, str] | None = None) -> "Wire":
        """Open a socket as a page of ours does."""
        origin = str(self.client.make_url("/")).rstrip("/")
        return Wire(await self.client.ws_connect(path, headers={"Origin": origin, **self.proof, **(headers or {})}))


@dataclass(slots=True)
class Wire:
    """A client's end of a socket."""

    socket: ClientWebSocketResponse[bool]
    welcome: Json = field(default_factory=dict)

    async def say(self, frame: object) -> None:
        """Send a frame."""
        await self.socket.send_str(frame if isinstance(frame, str) else orjson.dumps(frame).decode())

    async def next(self, *kinds: str, within: float = 5) -> Json:
        """Return the next frame of one of these types; others in between are passed over."""
        async with asyncio.timeout(within):
            while True:
                message = await self.socket.receive()
                assert message.type is WSMsgType.TEXT, message
                frame: Json = orjson.loads(message.data)
                if frame["type"] in kinds:
                    return frame

    async def nothing(self, *kinds: str, within: float = 0.4) -> bool:
        """Say whether no frame of these types comes for a while."""
        try:
            await self.next(*kinds, within=within)
        except TimeoutError:
            return True
        return False

    def transport(self) -> asyncio.Transport:
        """Return the connection itself: a client that hangs pauses it."""
        connection = self.socket._response.connection
        assert connection is not None
        assert isinstance(connection.transport, asyncio.Transport)
        return connection.transport

    async def closed(self, within: float = 5) -> int | None:
        """Wait until the server ends it, and return its code."""
        async with asyncio.timeout(within):
            while (await self.socket.receive()).type not in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING, WSMsgType.ERROR):
                pass
        return self.socket.close_code

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()


@dataclass(slots=True, kw_only=True)
class Desk:
    """The served house. Ines is in the team that the restricted inbox belongs to, Otto is not."""

    estate: Estate
    server: TestServer
    app: Application
    clock: MovedClock
    admin: Person
    supervisor: Person
    ines: Person
    otto: Person
    stranger: Person
    team_id: str
    sms: str
    chat: str
    chat_key: str
    vip: str
    _clients: list[TestClient[Request, Application]]
    _said: int = 0

    async def says(self, text: str, *, sender: str = "+447700900001", inbox: str | None = None, name: str | None = None, email: str | None = None) -> Json:
        """Let a customer send an SMS; return {message_id, case_id, conversation_id}."""
        self._said += 1
        claims = (Claim(kind=IdentityKind.EMAIL, value=email, trust=Trust.CLAIMED),) if email else ()
        message = house.said(int(inbox or self.sms), text, sender=sender, external_id=f"SM{self._said}", name=name, claims=claims)
        taken = await self.estate.intake.take(message)
        self.clock.advance(seconds=1)
        return {"message_id": str(taken.message_id), "case_id": str(taken.case_id), "conversation_id": str(taken.conversation_id)}

    async def customer_of(self, case_id: str) -> str:
        """Return the customer of a case."""
        return str((await self.admin.get(f"/cases/{case_id}")).json["customer"]["id"])

    async def option(self, case_id: str) -> Json:
        """Return the default way to answer a case."""
        options: list[Json] = (await self.admin.get(f"/cases/{case_id}")).json["reply_options"]
        return next(option for option in options if option["is_default"])

    async def reply(self, person: Person, case_id: str, text: str = "On its way.", **more: object) -> Answer:
        """Let somebody answer on the default way."""
        return await person.post(f"/cases/{case_id}/reply", {"text": text, "reply_option": (await self.option(case_id))["key"], **more})

    async def carry(self) -> None:
        """Let the undo window pass, and the outbox work."""
        self.clock.advance(seconds=11)
        await self.estate.outbox.drain()

    def browser(self) -> Person:
        """Return somebody who is not signed in."""
        client: TestClient[Request, Application] = TestClient(self.server, cookie_jar=DummyCookieJar())
        self._clients.append(client)
        return Person(client)

    async def signed_in(self, agent_id: int) -> Person:
        """Return somebody with a session, made without the slow part."""
        person = self.browser()
        async with self.estate.house.factory() as uow:
            signed_in = await staff.begin_session(uow, agent_id)
        person.agent_id, person.csrf, person.token = str(agent_id), signed_in.csrf, str(signed_in.token)
        return person

    async def program(self, agent_id: str) -> dict[str, str]:
        """Return the headers of a program that acts as an agent."""
        async with self.estate.house.factory() as uow:
            _, token = await staff.create_token(uow, int(agent_id), "program")
        return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def opened(database_url: str, folder: Path, clock: MovedClock, **settings: object) -> AsyncIterator[Desk]:
    """Serve a desk on a loopback port; nothing runs by itself but the sockets."""
    given = {"database_url": database_url, "var_dir": folder, "secret_key": "tests only", "public_url": PUBLIC_URL, "upload_max_bytes": 100_000, **settings}
    estate = compose(Settings(**given, _env_file=None), clock, HookedRegistry)  # type: ignore[arg-type]
    app = build_app(estate.house)
    server = TestServer(app, host="127.0.0.1")
    desk: Desk | None = None
    try:
        await server.start_server(shutdown_timeout=0.1, max_line_size=LONGEST_LINE)
        desk = await _set_up(estate, app, server, clock)
        yield desk
    finally:
        for client in [] if desk is None else desk._clients:
            await client.session.close()
        await server.close()
        await estate.close()


async def _set_up(estate: Estate, app: Application, server: TestServer, clock: MovedClock) -> Desk:
    async with estate.house.factory() as uow:
        people = await _people(uow)
        team_id = await rows.team(uow, people["Ines"], name="Tier 1")
    create = estate.house.directory.create
    secrets = {"account_sid": twilio_stand_in.ACCOUNT_SID, "auth_token": twilio_stand_in.AUTH_TOKEN}
    sms = await create(channel="sms", name="Texts", address="+15005550006", settings=secrets)
    chat = await create(channel="chat", name="Site", address="desk.example", settings={}, team_id=team_id)
    vip = await create(channel="sms", name="VIP", address="+15005550007", settings=secrets, team_id=team_id, is_restricted=True)
    nobody = Person(TestClient(server, cookie_jar=DummyCookieJar()))
    desk = Desk(
        estate=estate, app=app, server=server, clock=clock, admin=nobody, supervisor=nobody, ines=nobody, otto=nobody, stranger=nobody, team_id=str(team_id),
        sms=str(sms.id), chat=str(chat.id), chat_key=chat.key, vip=str(vip.id), _clients=[nobody.client],
    )  # fmt: skip
    desk.admin, desk.supervisor = await desk.signed_in(people["Ada"]), await desk.signed_in(people["Sam"])
    desk.ines, desk.otto = await desk.signed_in(people["Ines"]), await desk.signed_in(people["Otto"])
    return desk


async def _people(uow: UnitOfWork) -> dict[str, int]:
    roles = {"Ada": Role.ADMIN, "Sam": Role.SUPERVISOR, "Ines": Role.AGENT, "Otto": Role.AGENT}
    return {name: await rows.agent(uow, name, role=role, email=f"{name.lower()}@desk.example") for name, role in roles.items()}
