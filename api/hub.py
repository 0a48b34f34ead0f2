"""Who is connected, and what each is told: events framed once for all who may see the same, presence within that, typing both ways."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import orjson
from aiohttp import web

from api.access import Pass, renew
from api.house import House
from api.line import Line, framed
from inbox import customers
from inbox.presence import Attention
from inbox.values import FeedEvent
from kernel.errors import StorageUnavailable
from kernel.tasks import Tasks
from staff.sign_in import Doorkeeper
from staff.values import Viewer

_PRESENCE_EVERY = 0.25
_ACCESS_EVERY = 60.0
# Few enough to make one statement, and not to hold the loop for long.
_ASKED_AT_ONCE = 100
_MOST_EVENTS = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class News:
    """Events as they travel, made once for all who may see the same: each frame by its event's id, and all in one piece."""

    frames: dict[int, bytes]
    piece: bytes

    @classmethod
    def of(cls, events: Iterable[FeedEvent]) -> "News":
        """Return news of events, in order."""
        frames = {event.id: framed(event_frame(event)) for event in events}
        return cls(frames, b"".join(frames.values()))

    def __bool__(self) -> bool:
        """Say whether there are any."""
        return bool(self.frames)


@dataclass(slots=True, eq=False)
class AgentClient:
    """An agent's open socket. Until `go_live`, what happens is held back, so that what was missed goes first."""

    line: Line
    entry: Pass
    held: list[News] | None = field(default_factory=list)
    told: frozenset[int] = frozenset()
    presence: str = ""

    @property
    def viewer(self) -> Viewer:
        """Who it is, and what they may see."""
        return self.entry.viewer

    def offer(self, news: News) -> None:
        """Send news, or hold it while the client is being brought up to date; what it was told of is dropped."""
        if self.held is not None:
            self.held.append(news)
        elif self.told.isdisjoint(news.frames):
            self.line.put(news.piece)
        else:
            self.line.put(b"".join(frame for event_id, frame in news.frames.items() if event_id not in self.told))

    def go_live(self, told: Sequence[int]) -> None:
        """Send what was held back, but for what was just told, and hold nothing from now on."""
        self.told = frozenset(told)
        held, self.held = self.held or [], None
        for news in held:
            self.offer(news)


@dataclass(slots=True, eq=False)
class VisitorClient:
    """A visitor's open socket; `events` are what moved in its conversation and was not shown yet, `news` says that there are some."""

    line: Line
    inbox_id: int
    token: str = ""
    conversation_id: int | None = None
    case_id: int | None = None
    events: list[FeedEvent] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    is_welcome: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, event: FeedEvent) -> None:
        """Note what moved; the conversation's case is the last one that was told of."""
        case_id = event.payload.get("case_id")
        self.case_id = int(str(case_id)) if case_id else self.case_id
        self.events.append(event)
        self.news.set()
        if len(self.events) > _MOST_EVENTS:
            self.line.cut()


class Hub:
    """The sockets of this process."""

    def __init__(self, house: House, doorkeeper: Doorkeeper) -> None:
        self._house = house
        self._doorkeeper = doorkeeper
        self._agents: set[AgentClient] = set()
        self._visitors: set[VisitorClient] = set()
        self._case_inboxes: dict[int, int] = {}
        self._recheck = asyncio.Event()
        self._about_customers: list[FeedEvent] = []
        self._is_asked = asyncio.Event()
        self._unsubscribe: Callable[[], object] = lambda: None

    def start(self, tasks: Tasks) -> None:
        """Listen to what happens, tell presence, keep every client's access fresh."""
        self._unsubscribe = self._house.push.subscribe(self._pushed)
        tasks.keep("presence", self._tell_presence)
        tasks.keep("customers", self._tell_of_customers)
        tasks.keep("access", self._keep_access)

    def stop(self) -> None:
        """Listen no more and let everybody go; they come back to whoever takes over."""
        self._unsubscribe()
        lines: list[Line] = [client.line for client in self._agents] + [client.line for client in self._visitors]
        for line in lines:
            line.end()

    def join(self, client: AgentClient | VisitorClient) -> None:
        """Tell a client what happens from now on."""
        if isinstance(client, AgentClient):
            self._agents.add(client)
        else:
            self._visitors.add(client)
        self._count()

    def leave(self, client: AgentClient | VisitorClient) -> None:
        """Forget a client, and where it looked."""
        if isinstance(client, VisitorClient):
            self._visitors.discard(client)
        else:
            self._agents.discard(client)
            self._house.presence.leave(client.viewer.agent_id, client)
        self._count()

    def recheck(self) -> None:
        """Ask again soon what everybody may see: staff, inboxes or sessions changed."""
        self._recheck.set()

    def looks(self, client: AgentClient, case_id: int, inbox_id: int, attention: Attention) -> None:
        """Note that an agent looks at a case that they may see; one who writes is shown to that case's visitors as typing."""
        viewer = client.viewer
        self._case_inboxes[case_id] = inbox_id
        self._house.presence.look(viewer.agent_id, viewer.name, client, case_id, attention)
        if attention is Attention.COMPOSING:
            frame = framed(encode({"type": "typing", "name": viewer.name}))
            for visitor in self._visitors:
                if visitor.case_id == case_id:
                    visitor.line.put(frame)

    def types(self, visitor: VisitorClient) -> None:
        """Tell the agents who may see it that a visitor is typing."""
        if visitor.conversation_id is None:
            return
        case_id = None if visitor.case_id is None else str(visitor.case_id)
        frame = framed(encode({"type": "typing", "conversation_id": str(visitor.conversation_id), "case_id": case_id}))
        for client in self._agents:
            if client.held is None and client.viewer.may_see(visitor.inbox_id):
                client.line.put(frame)

    def settle(self, visitor: VisitorClient, conversation_id: int, case_id: int | None) -> None:
        """Note where a message was placed, in every tab that the visitor has open."""
        for other in self._visitors:
            if other.token == visitor.token:
                other.conversation_id, other.case_id = conversation_id, case_id

    def people(self, viewer: Viewer) -> list[dict[str, object]]:
        """Return who is at work on what, as far as the viewer may know."""
        return [
            {"agent": {"id": str(one.agent_id), "name": one.name}, "case_id": str(one.case_id), "state": one.attention}
            for one in self._house.presence.who()
            if one.case_id in self._case_inboxes and viewer.may_see(self._case_inboxes[one.case_id])
        ]

    def _pushed(self, events: Sequence[FeedEvent]) -> None:
        news: dict[frozenset[int] | None, News] = {}
        for client in self._agents:
            viewer = client.viewer
            if (told := news.get(viewer.inbox_ids)) is None:
                seen = (event for event in events if viewer.inbox_ids is None or (event.inbox_id is not None and viewer.may_see(event.inbox_id)))
                told = news[viewer.inbox_ids] = News.of(seen)
            if told:
                client.offer(told)
        for event in events:
            if event.inbox_id is None:
                self._about_customers.append(event)
                self._is_asked.set()
            if event.conversation_id is not None:
                for visitor in self._visitors:
                    if visitor.conversation_id == event.conversation_id:
                        visitor.offer(event)

    async def _tell_presence(self) -> None:
        while True:
            await asyncio.sleep(_PRESENCE_EVERY)
            frames: dict[frozenset[int] | None, tuple[str, bytes]] = {}
            for client in self._agents:
                seen = client.viewer.inbox_ids
                if seen not in frames:
                    text = presence_frame(self.people(client.viewer))
                    frames[seen] = text, framed(text)
                text, frame = frames[seen]
                if client.held is None and client.presence != text:
                    client.presence = text
                    client.line.put(frame)
            present = {one.case_id for one in self._house.presence.who()}
            self._case_inboxes = {case_id: inbox_id for case_id, inbox_id in self._case_inboxes.items() if case_id in present}

    async def _tell_of_customers(self) -> None:
        """Tell what happened to customers to those agents who may see them; whether they may, only the database knows."""
        while True:
            await self._is_asked.wait()
            self._is_asked.clear()
            events, self._about_customers = self._about_customers, []
            try:
                told = await self._told(events)
            except StorageUnavailable:
                # Still to be told when the task begins again.
                self._about_customers[:0] = events
                self._is_asked.set()
                raise
            for client in self._agents:
                if news := told.get(client.viewer.inbox_ids):
                    client.offer(news)

    async def _told(self, events: Sequence[FeedEvent]) -> dict[frozenset[int] | None, News]:
        """Return which of these events agents may know of, by what they may see; who may see all has been told."""
        told: dict[frozenset[int] | None, News] = {}
        async with self._house.factory.reading() as uow:
            for viewer in [client.viewer for client in self._agents]:
                if viewer.inbox_ids is not None and viewer.inbox_ids not in told:
                    told[viewer.inbox_ids] = News.of(await customers.told(uow, viewer, events))
        return told

    async def _keep_access(self) -> None:
        while True:
            try:
                async with asyncio.timeout(_ACCESS_EVERY):
                    await self._recheck.wait()
            except TimeoutError:
                pass
            self._recheck.clear()
            clients = tuple(self._agents)
            for start in range(0, len(clients), _ASKED_AT_ONCE):
                some = clients[start : start + _ASKED_AT_ONCE]
                renewed = await renew(self._house, self._doorkeeper, [client.entry for client in some])
                for client in some:
                    if (entry := renewed.get(client.entry.token)) is None:
                        client.line.end()
                    else:
                        client.entry = entry

    def _count(self) -> None:
        self._house.metrics.sockets.labels("agent").set(len(self._agents))
        self._house.metrics.sockets.labels("visitor").set(len(self._visitors))


def encode(frame: object) -> str:
    """Return a frame as it travels."""
    return orjson.dumps(frame).decode()


def presence_frame(people: Sequence[object]) -> str:
    """Return who is at work on what, as agents get it."""
    return encode({"type": "presence", "presence": people})


def event_frame(event: FeedEvent) -> str:
    """Return an event as agents get it."""
    at = event.happened_at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return encode({"type": "event", "id": str(event.id), "kind": event.kind, "at": at, "payload": event.payload})


HUB = web.AppKey("hub", Hub)
