"""The verbs of the scheduler."""

from collections.abc import Sequence
from datetime import datetime

from kernel.backoff import doubling
from kernel.uow import UnitOfWork
from scheduler.events import FollowUpDue
from scheduler.repository import FollowUpRepository
from scheduler.values import Claimed, FollowUpKind


async def schedule(uow: UnitOfWork, case_id: int, kind: FollowUpKind, due_at: datetime, set_by: int | None) -> int:
    """Note what is to be done about a case and when; return the follow-up's id. A case has one of a kind: what waited before is cancelled. A moment in the past is due at once."""
    follow_ups = FollowUpRepository(uow.session)
    await follow_ups.cancel([case_id], "Another one took its place.", uow.clock.now(), kind)
    follow_up_id = uow.ids()
    await follow_ups.add(follow_up_id, case_id, kind, due_at, set_by, uow.clock.now())
    return follow_up_id


async def cancel(uow: UnitOfWork, case_ids: Sequence[int], reason: str) -> int:
    """Cancel all that waits for these cases and return how many.

    One that is being carried out at this moment is not cancelled: whoever reacts to `FollowUpDue` looks whether it still makes sense.
    """
    return await FollowUpRepository(uow.session).cancel(case_ids, reason, uow.clock.now()) if case_ids else 0


async def claim_due(uow: UnitOfWork, now: datetime, limit: int) -> list[Claimed]:
    """Mark what is due as done and record `FollowUpDue` for each, the longest due first: it is carried out in this transaction, or waits on."""
    return _due(uow, await FollowUpRepository(uow.session).claim_due(now, limit))


async def claim(uow: UnitOfWork, now: datetime, follow_up_id: int) -> list[Claimed]:
    """Do the same for one of them; nothing when it is not due any more or somebody else has it."""
    return _due(uow, await FollowUpRepository(uow.session).claim_due(now, 1, follow_up_id))


async def postpone(uow: UnitOfWork, follow_up_id: int) -> datetime | None:
    """Let one that failed wait, longer each time; return until when, or None when it does not wait any more."""
    follow_ups = FollowUpRepository(uow.session)
    failed = await follow_ups.attempts(follow_up_id)
    if failed is None:
        return None
    due_at = uow.clock.now() + doubling(failed + 1)
    await follow_ups.postpone(follow_up_id, due_at, failed + 1)
    return due_at


async def next_due_at(uow: UnitOfWork) -> datetime | None:
    """Return when the next follow-up is due, or None when none waits."""
    return await FollowUpRepository(uow.session).next_due_at()


def _due(uow: UnitOfWork, claimed: list[Claimed]) -> list[Claimed]:
    uow.record(*(FollowUpDue(follow_up_id=one.follow_up_id, case_id=one.case_id, action=one.kind) for one in claimed))
    return claimed
