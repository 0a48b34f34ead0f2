"""The feed: every fact becomes a row in the same transaction, so that whoever was away is told what was missed."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta

from inbox.push import Push
from inbox.repositories.feed import FeedRepository
from inbox.values import FeedEvent
from kernel.events import Fact
from kernel.ids import first_id_at, moment_of
from kernel.relay import Relay
from kernel.uow import UnitOfWork
from scheduler.events import FollowUpDue

_MOST_MISSED = 1_000
_NOT_FED = (FollowUpDue,)


class Feed:
    """Writes the feed, and reads from it what a client missed."""

    def __init__(self, push: Push, relay: Relay, keeps_for: timedelta) -> None:
        self._push = push
        self._relay = relay
        self._keeps_for = keeps_for

    async def write(self, facts: Sequence[Fact], uow: UnitOfWork) -> None:
        """Append a row for each fact, in the transaction of what happened; push them once it has committed."""
        now = uow.clock.now()
        events = [_event(fact, uow.ids(), now) for fact in facts if not isinstance(fact, _NOT_FED)]
        if not events:
            return
        await FeedRepository(uow.session).append(
            [
                {"id": e.id, "kind": e.kind, "inbox_id": e.inbox_id, "conversation_id": e.conversation_id, "payload": e.payload, "happened_at": e.happened_at}
                for e in events
            ]
        )
        await self._relay.announce(uow, [event.id for event in events])
        uow.afterwards(lambda: self._push.publish(events))

    async def missed(self, uow: UnitOfWork, since: int, conversation_id: int | None = None) -> list[FeedEvent] | None:
        """Return what came after an event id, with an overlap that the client drops by id; None when it was too long ago or too much, and the client must load anew."""
        if moment_of(since) < uow.clock.now() - self._keeps_for:
            return None
        rows = await FeedRepository(uow.session).after(since, _MOST_MISSED + 1, conversation_id)
        return None if len(rows) > _MOST_MISSED else rows

    async def cursor(self, uow: UnitOfWork) -> int:
        """Return where the feed stands now."""
        return await FeedRepository(uow.session).newest() or first_id_at(uow.clock.now())

    async def go_on(self, uow: UnitOfWork) -> None:
        """Let new ids begin above those that are stored, whatever the clock says: whoever resumes asks for what is higher than the last."""
        uow.ids.rise_above(await FeedRepository(uow.session).newest_made())

    async def forget(self, uow: UnitOfWork) -> None:
        """Drop what is older than anybody may resume from."""
        await FeedRepository(uow.session).forget(uow.clock.now() - self._keeps_for)


_NAMES: dict[type[Fact], tuple[str, ...]] = {}


def _names(fact_type: type[Fact]) -> tuple[str, ...]:
    if fact_type not in _NAMES:
        _NAMES[fact_type] = tuple(field.name for field in fields(fact_type))
    return _NAMES[fact_type]


def _event(fact: Fact, event_id: int, now: datetime) -> FeedEvent:
    values = {name: getattr(fact, name) for name in _names(type(fact))}
    return FeedEvent(
        id=event_id,
        kind=fact.kind,
        inbox_id=values.get("inbox_id"),
        conversation_id=values.get("conversation_id"),
        payload={name: str(value) if name.endswith("_id") and value is not None else value for name, value in values.items()},
        happened_at=now,
    )
