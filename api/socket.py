"""The agents' WebSocket: what was missed first, then what happens, within what each may see."""

from datetime import timedelta

from aiohttp import WSMsgType, web
from pydantic import ValidationError

from api.access import admit, check_origin
from api.crowd import CROWD, Standing
from api.house import HOUSE, House
from api.hub import HUB, AgentClient, Hub, encode, event_frame, presence_frame
from api.limits import TooFast, Window
from api.line import Line
from api.schemas.live import AGENT_FRAME, AgentHello, PresenceFrame
from inbox import case_list, customers
from inbox.presence import Attention
from inbox.values import FeedEvent
from kernel.errors import Fault
from kernel.tasks import Tasks
from staff.values import Role

HEARTBEAT = 25.0
HELLO_WITHIN = 10.0
# How long the other end has to answer our last word.
GOODBYE_WITHIN = 3.0
_MOST_BYTES = 16_384
_MOST_FRAMES = 40
TASKS = web.AppKey("tasks", Tasks)


class BadFrame(Exception):
    """A client said what makes no sense; its socket is closed (1008)."""


async def agent_socket(request: web.Request) -> web.StreamResponse:
    """Serve one agent's socket until either side ends it."""
    entry = await admit(request, Role.AGENT)
    # Browsers send the cookie along with any page's socket, but always say whose page it is.
    check_origin(request, is_needed=entry.csrf is not None)
    house, hub = request.app[HOUSE], request.app[HUB]
    socket = web.WebSocketResponse(timeout=GOODBYE_WITHIN, heartbeat=HEARTBEAT, max_msg_size=_MOST_BYTES, compress=False)
    await socket.prepare(request)
    line = Line(request, socket, house.metrics.sockets_cut.labels("agent").inc)
    client = AgentClient(line, entry)
    hub.join(client)
    try:
        await _resume(house, hub, client, await _hello(request, socket))
        await _listen(house, hub, client, socket)
    except BadFrame as reason:
        await socket.close(code=1008, message=str(reason).encode())
    except Fault:
        # The feed could not be read: the client comes again, a little later.
        await socket.close(code=1013)
    except ConnectionError:
        pass
    finally:
        hub.leave(client)
    return socket


async def first_frame(request: web.Request, socket: web.WebSocketResponse) -> object:
    """Return what the first frame holds.

    Raises:
        BadFrame: there was none in time. ConnectionResetError: the client went away.
    """
    try:
        with request.app[CROWD].at(request, Standing.AWAITED):
            frame = await socket.receive(timeout=HELLO_WITHIN)
    except TimeoutError:
        raise BadFrame("say hello first") from None
    if frame.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
        raise ConnectionResetError
    return frame.data


async def _hello(request: web.Request, socket: web.WebSocketResponse) -> int | None:
    hello = _read(await first_frame(request, socket))
    if not isinstance(hello, AgentHello):
        raise BadFrame("say hello first")
    return hello.since


async def _resume(house: House, hub: Hub, client: AgentClient, since: int | None) -> None:
    """Welcome a client and tell what it missed: straight to the socket, since it may be more than the queue holds."""
    missed: list[FeedEvent] | None = []
    async with house.factory.reading() as uow:
        cursor = await house.feed.cursor(uow)
        if since is not None:
            missed = await house.feed.missed(uow, since)
        told = await customers.told(uow, client.viewer, missed or ())
    people = hub.people(client.viewer)
    client.presence = presence_frame(people)
    await client.line.send(encode({"type": "welcome", "cursor": str(cursor), "presence": people}))
    if missed is None:
        await client.line.send(encode({"type": "reset", "cursor": str(cursor)}))
    for event in told:
        await client.line.send(event_frame(event))
    client.go_live([event.id for event in told])


async def _listen(house: House, hub: Hub, client: AgentClient, socket: web.WebSocketResponse) -> None:
    window = Window(house.clock, _MOST_FRAMES, timedelta(seconds=10))
    known: dict[int, int | None] = {}
    async for frame in socket:
        if frame.type is WSMsgType.ERROR:
            return
        said = _read(frame.data)
        if not isinstance(said, PresenceFrame):
            continue
        try:
            window.take("presence")
        except TooFast:
            continue
        if said.case_id is None:
            house.presence.leave(client.viewer.agent_id, client)
            continue
        if said.case_id not in known:
            known = {said.case_id: await _inbox_of(house, client, said.case_id)}
        inbox_id = known[said.case_id]
        if inbox_id is not None and client.viewer.may_see(inbox_id):
            hub.looks(client, said.case_id, inbox_id, Attention(said.state))


async def _inbox_of(house: House, client: AgentClient, case_id: int) -> int | None:
    async with house.factory.reading() as uow:
        rows = await case_list.some(uow, client.viewer, house.directory, [case_id])
    return rows[0].inbox.id if rows else None


def _read(data: object) -> AgentHello | PresenceFrame:
    if not isinstance(data, str):
        raise BadFrame("text frames only")
    try:
        return AGENT_FRAME.validate_json(data)
    except ValidationError:
        raise BadFrame("not a frame of ours") from None
