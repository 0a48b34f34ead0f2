"""The visitors' WebSocket: nothing is acknowledged before its commit, nothing that was missed is lost."""

from datetime import timedelta

import orjson
from aiohttp import WSMsgType, web
from pydantic import BaseModel, ValidationError

from api.crowd import CROWD, Standing
from api.house import HOUSE, House
from api.hub import HUB, Hub, VisitorClient
from api.limits import TooFast, Window
from api.line import Line, framed
from api.schemas.chat import (
    VISITOR_FRAME,
    AckFrame,
    ChatMessageShape,
    ContactFrame,
    ContactKeptFrame,
    HelloFrame,
    MessageFrame,
    ReadFrame,
    RefusedFrame,
    SayFrame,
    VisitorTypingFrame,
    WelcomeFrame,
)
from api.socket import GOODBYE_WITHIN, HEARTBEAT, TASKS, BadFrame, first_frame
from api.visitors import VISITORS, Visitors
from channels.contract import Account
from kernel.errors import Fault, Refusal

_MOST_BYTES = 65_536
_TYPING_EVERY = timedelta(seconds=2.5)
_INTRODUCED_WITHIN = timedelta(minutes=1)


async def chat_socket(request: web.Request) -> web.StreamResponse:
    """Serve one visitor's socket until either side ends it."""
    house = request.app[HOUSE]
    account = await request.app[VISITORS].inbox(request)
    socket = web.WebSocketResponse(timeout=GOODBYE_WITHIN, heartbeat=HEARTBEAT, max_msg_size=_MOST_BYTES, compress=False)
    await socket.prepare(request)
    line = Line(request, socket, house.metrics.sockets_cut.labels("visitor").inc)
    visit = Visit(house, request.app[HUB], request.app[VISITORS], account, line)
    following = request.app[TASKS].once("visitor news", visit.follow())
    try:
        await visit.begin(_read(await first_frame(request, socket)))
        with request.app[CROWD].at(request, Standing.LIVE):
            async for frame in socket:
                if frame.type is WSMsgType.ERROR:
                    break
                await visit.take(frame.data)
    except BadFrame as reason:
        await socket.close(code=1008, message=str(reason).encode())
    except Fault:
        # Nothing was kept: the widget comes again, a little later, and sends again what was not acknowledged.
        await socket.close(code=1013)
    except Refusal as reason:
        await socket.close(code=1008, message=reason.code.encode())
    except ConnectionError:
        pass
    finally:
        visit.end()
        following.cancel()
    return socket


class Visit:
    """One visitor's open socket, from hello to its end."""

    def __init__(self, house: House, hub: Hub, visitors: Visitors, account: Account, line: Line) -> None:
        self._house = house
        self._hub = hub
        self._visitors = visitors
        self._account = account
        self._client = VisitorClient(line, account.inbox_id)
        self._typing = Window(house.clock, 1, _TYPING_EVERY)
        self._introducing = Window(house.clock, 3, _INTRODUCED_WITHIN)

    async def begin(self, hello: object) -> None:
        """Welcome the visitor with what they missed.

        Raises:
            BadFrame: this is no hello.
        """
        if not isinstance(hello, HelloFrame):
            raise BadFrame("say hello first")
        client = self._client
        if hello.visitor:
            client.conversation_id = await self._house.chat.conversation_of(self._account, hello.visitor)
        # Whatever happens from here on is queued for `follow`, so that nothing falls between the look and the listening.
        self._hub.join(client)
        welcome = await self._house.chat.hello(self._account.key, hello.visitor, hello.since)
        client.token, client.conversation_id, client.case_id = welcome.visitor_token, welcome.conversation_id, welcome.case_id
        self._put(WelcomeFrame.of(welcome))
        client.is_welcome.set()

    async def take(self, data: object) -> None:
        """Do what a frame says; one that makes no sense is refused and costs nothing else.

        Raises:
            StorageUnavailable: it must come again.
        """
        try:
            frame = _read(data)
        except BadFrame as reason:
            self._put(RefusedFrame(client_id=_client_id(data), code="request.invalid", detail=str(reason)))
            return
        try:
            if isinstance(frame, SayFrame):
                await self._say(frame)
            elif isinstance(frame, VisitorTypingFrame):
                self._typing.take("typing")
                self._hub.types(self._client)
            elif isinstance(frame, ContactFrame):
                await self._introduce(frame)
            elif isinstance(frame, ReadFrame):
                await self._house.chat.read(self._account.key, self._client.token, frame.message_id)
        except TooFast as refusal:
            if isinstance(frame, SayFrame):
                self._put(RefusedFrame(client_id=frame.client_id, code=refusal.code, detail=refusal.sentence))
        except Refusal as refusal:
            self._put(RefusedFrame(client_id=frame.client_id if isinstance(frame, SayFrame) else None, code=refusal.code, detail=refusal.sentence))

    async def follow(self) -> None:
        """Show the visitor what moves in their conversation, for as long as they are here."""
        client = self._client
        await client.is_welcome.wait()
        while True:
            await client.news.wait()
            client.news.clear()
            events, client.events = client.events, []
            if client.conversation_id is None or not events:
                continue
            cursor = max(event.id for event in events)
            try:
                messages = await self._house.chat.shown(client.conversation_id, events)
            except Fault:
                # Told nothing, the visitor must come back for it.
                client.line.end()
                return
            for message in messages:
                self._put(MessageFrame(cursor=cursor, message=ChatMessageShape.of(message)))

    def end(self) -> None:
        """Forget the visitor's socket."""
        self._hub.leave(self._client)

    async def _say(self, frame: SayFrame) -> None:
        said = await self._visitors.say(self._account, self._client.token, client_id=frame.client_id, text=frame.text, name=frame.name, email=frame.email)
        self._hub.settle(self._client, said.conversation_id, said.case_id)
        self._put(AckFrame(client_id=frame.client_id, message_id=said.message_id, at=said.at, cursor=said.cursor))

    async def _introduce(self, frame: ContactFrame) -> None:
        self._introducing.take("contact")
        await self._house.chat.introduce(self._account.key, self._client.token, name=frame.name, email=frame.email)
        self._put(ContactKeptFrame())

    def _put(self, frame: BaseModel) -> None:
        self._client.line.put(framed(frame.model_dump_json()))


def _read(data: object) -> BaseModel:
    if not isinstance(data, str):
        raise BadFrame("text frames only")
    try:
        return VISITOR_FRAME.validate_json(data)
    except ValidationError:
        raise BadFrame("not a frame of ours") from None


def _client_id(data: object) -> str | None:
    """Return the client_id of a frame that is not one of ours, so that the widget knows which message was refused."""
    try:
        said = orjson.loads(data) if isinstance(data, str) else None
    except orjson.JSONDecodeError:
        return None
    client_id = said.get("client_id") if isinstance(said, dict) else None
    return client_id[:64] if isinstance(client_id, str) else None
