"""What tests of webhooks say: subscribe, write, look at the feed."""

from dataclasses import dataclass

from inbox.models import EventRow
from inbox.views import SubscriptionView
from tests.inbox.conftest import Desk
from tests.support.house import rows, said


@dataclass(frozen=True, slots=True)
class Made:
    """A subscription and its secret."""

    id: int
    secret: str


async def subscribed(desk: Desk, url: str, *kinds: str, inbox_ids: list[int] | None = None) -> Made:
    """Subscribe a URL."""
    async with desk.estate.house.factory() as uow:
        subscriptions = desk.estate.house.subscriptions
        view, secret = await subscriptions.create(uow, desk.ines, name="CRM", url=url, kinds=kinds or ("*",), inbox_ids=inbox_ids)
    return Made(view.id, secret)


async def view_of(desk: Desk, made: Made) -> SubscriptionView:
    async with desk.estate.house.factory.reading() as uow:
        return await desk.estate.house.subscriptions.view(uow, made.id)


async def says(desk: Desk, text: str, inbox_id: int | None = None) -> None:
    await desk.estate.intake.take(said(inbox_id or desk.sms, text))


async def fed(desk: Desk, *kinds: str) -> list[int]:
    """Return the ids of the feed, of some kinds or of all, in order."""
    return [row.id for row in await rows(desk.estate.house.factory, EventRow) if not kinds or row.kind in kinds]
