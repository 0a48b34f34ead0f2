"""Fills an empty database with three weeks of a lamp shop's support, by the real doors and verbs and with a moved clock."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from app.compose import Estate, compose
from app.demo.articles import articles
from app.demo.people import INBOXES, PASSWORD, SPANS, STAFF, TEAMS, TIME_ZONE
from app.demo.play import Desk, Player
from app.demo.pretend import PretendRegistry
from app.demo.script import Kind, stories
from app.demo.timing import Cue, cues, shifts
from cases import service as cases
from cases.values import CaseFilter, View
from channels.contract import OutboundMessage
from inbox.directory import StoredWatermarks
from inbox.values import InboxOptions
from kernel.business_time import Hours
from kernel.clock import MovedClock
from kernel.config import Settings
from kernel.crypto import hash_password
from kernel.errors import Fault
from knowledge_base import service as knowledge
from knowledge_base.values import ArticleStatus
from staff import service as staff

_BEGINS = timedelta(weeks=3)
_MARK = "demo"
_WHOLE = "whole"
_UNREAD = timedelta(hours=8)


class HalfSeeded(Fault):
    """An earlier start was cut off while it wrote the demo desk."""

    code = "demo.half_seeded"

    def __init__(self) -> None:
        super().__init__(
            "The demo desk in this database is unfinished, because the start that wrote it was cut off. "
            "Nothing else is in there: remove the database (for SQLite the files var/kindred.db*) and start again."
        )


class SignIn(NamedTuple):
    """How somebody of the demo desk signs in."""

    email: str
    password: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """What `seed` found or did: whether it wrote the desk just now, and the sign-ins of the demo's staff that are there."""

    is_fresh: bool
    sign_ins: tuple[SignIn, ...]


async def seed(settings: Settings, now: datetime) -> Seeded:
    """Write the demo desk into a migrated database without agents; leave any other as it is.

    Everything happens before `now`. A mark is written last: a desk without it was cut off.

    Raises:
        HalfSeeded: an earlier seed was cut off in this database.
    """
    clock = MovedClock(now)
    sent: dict[int, OutboundMessage] = {}

    def remember(message: OutboundMessage) -> None:
        sent[message.message_id] = message

    # Replies leave at once: nobody of the past will undo them.
    estate = compose(settings.model_copy(update={"undo_seconds": 0.0}), clock, lambda known, at: PretendRegistry(known, at, remember))
    try:
        async with estate.house.factory.reading() as uow:
            known = {agent.email for agent in await staff.agents(uow)}
        if not known:
            await _write(estate, clock, sent, now)
        elif STAFF[0].email in known and not await _is_whole(estate):
            raise HalfSeeded
        return Seeded(
            is_fresh=not known,
            sign_ins=tuple(SignIn(one.email, PASSWORD, one.role) for one in STAFF if not known or one.email in known),
        )
    finally:
        await estate.close()


async def _is_whole(estate: Estate) -> bool:
    account = await estate.house.directory.find_by_key(INBOXES["mail"].key)
    # Somebody who switched the inbox off or gave it away has seen the desk whole.
    return account is None or await StoredWatermarks(estate.house.factory).get(account.inbox_id, _MARK) == _WHOLE


async def _write(estate: Estate, clock: MovedClock, sent: dict[int, OutboundMessage], now: datetime) -> None:
    clock.put(now - _BEGINS)
    desk = await _furnish(estate)
    told = stories()
    player = Player(estate, desk, told, sent)
    hours = Hours.read(TIME_ZONE, SPANS, ())
    for shift in shifts(cues(told, now, hours)):
        await _play(estate, player, clock, shift)
    clock.put(now)
    await estate.ticker.run_due()
    await _catch_up(estate, desk.agents["ines"], now)
    await estate.house.directory.note_health()
    await StoredWatermarks(estate.house.factory).put(desk.inboxes["mail"], _MARK, _WHOLE)


async def _play(estate: Estate, player: Player, clock: MovedClock, shift: Sequence[Cue]) -> None:
    """Play cues that share a unit of work, each at its own moment."""
    clock.put(shift[0].at)
    # Whoever was snoozed until now comes back before anything else happens.
    await estate.ticker.run_due()
    if shift[0].turn.kind is Kind.SAYS:
        await player.say(shift[0].story, shift[0].turn)
        return
    async with estate.house.factory() as uow:
        for cue in shift:
            clock.put(cue.at)
            await player.act(uow, cue.story, cue.turn)
    if any(cue.turn.kind is Kind.ANSWERS for cue in shift):
        await player.send()


async def _furnish(estate: Estate) -> Desk:
    """Hire the staff, open the inboxes, write the articles."""
    house = estate.house
    hashes = await asyncio.gather(*(hash_password(PASSWORD) for _ in STAFF))
    agents: dict[str, int] = {}
    teams: dict[str, int] = {}
    async with house.factory() as uow:
        for one, hashed in zip(STAFF, hashes, strict=True):
            agents[one.key] = (await staff.create_agent(uow, name=one.name, email=one.email, password_hash=hashed, role=one.role)).id
        hours = await staff.create_hours(uow, name="Weekdays 9 to 18h", time_zone=TIME_ZONE, spans=SPANS)
        for key, name in TEAMS.items():
            members = [agents[one.key] for one in STAFF if one.team == key]
            teams[key] = (await staff.create_team(uow, name=name, member_ids=members, business_hours_id=hours.id)).id
        for title, text in articles():
            await knowledge.write(uow, title, text, ArticleStatus.PUBLISHED, agents["ines"])
    inboxes = {}
    for word, inbox in INBOXES.items():
        view = await house.directory.create(
            channel=inbox.channel, name=inbox.name, address=inbox.address, settings=inbox.settings, team_id=teams["tier1"],
            options=InboxOptions(reopen_days=inbox.reopen_days), key=inbox.key,
        )  # fmt: skip
        inboxes[word] = view.id
    return Desk(inboxes=inboxes, teams=teams, agents=agents)


async def _catch_up(estate: Estate, agent_id: int, now: datetime) -> None:
    """Let an agent have read everything but the last hours: what is unread then is news."""
    for view in (View.ALL, View.SNOOZED, View.RESOLVED):
        async with estate.house.factory() as uow:
            found = await cases.page(uow, CaseFilter(view=view, agent_id=agent_id, inbox_ids=None), None, 200)
            for case in found.items:
                if case.updated_at < now - _UNREAD:
                    await cases.seen(uow, agent_id, case.id, case.last_message_id)
