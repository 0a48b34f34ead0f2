"""Who is told of what. Reactions share the transaction; listeners follow it."""

from cases.events import CaseSnoozed, CaseWoken
from inbox import reactions
from inbox.events import DeliveryMoved, ReplyQueued
from inbox.feed import Feed
from inbox.outbox import Outbox
from kernel.events import EventBus, Fact
from scheduler.events import FollowUpDue


def wire(bus: EventBus, feed: Feed, outbox: Outbox) -> None:
    """Connect facts with what follows from them."""
    bus.react(CaseSnoozed, reactions.plan_to_wake)
    bus.react_to_all(CaseWoken, reactions.drop_plans)
    bus.react(DeliveryMoved, reactions.bring_back)
    bus.react(FollowUpDue, reactions.carry_out)
    bus.react_to_all(Fact, feed.write)
    bus.listen(ReplyQueued, outbox.wake)
