"""What follows from what, in the same transaction: the hub turns one room's fact into another room's verb."""

from collections.abc import Sequence

from cases import service as cases
from cases.events import CaseSnoozed, CaseWoken
from inbox.events import DeliveryMoved
from inbox.repositories.deliveries import DeliveryRepository
from inbox.values import DeliveryState
from kernel.db import moment
from kernel.uow import UnitOfWork
from scheduler import service as scheduler
from scheduler.events import FollowUpDue
from scheduler.values import FollowUpKind


async def plan_to_wake(fact: CaseSnoozed, uow: UnitOfWork) -> None:
    """Let a snoozed case come back by itself; an earlier plan is dropped."""
    await scheduler.cancel(uow, [fact.case_id], "snoozed anew")
    await scheduler.schedule(uow, fact.case_id, FollowUpKind.WAKE, moment(fact.until), set_by=None)


async def drop_plans(facts: Sequence[CaseWoken], uow: UnitOfWork) -> None:
    """A case that is back needs no waking, whether it was woken, answered, moved on by hand or undone: `CaseWoken` tells of each."""
    await scheduler.cancel(uow, [fact.case_id for fact in facts], "the case is back")


async def bring_back(fact: DeliveryMoved, uow: UnitOfWork) -> None:
    """A case whose answer did not arrive is at work again; what was said by itself was no answer."""
    if fact.state == DeliveryState.FAILED and not await DeliveryRepository(uow.session).is_automatic(fact.message_id):
        await cases.undelivered(uow, fact.case_id)


async def carry_out(fact: FollowUpDue, uow: UnitOfWork) -> None:
    """Do what was planned; it was claimed in this very transaction, so it happens once or not at all."""
    if fact.action == FollowUpKind.WAKE:
        await cases.wake_when_due(uow, fact.case_id)
