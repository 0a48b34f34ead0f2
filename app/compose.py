"""Builds the house: every part once, in the order in which they need each other."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from api.house import House
from api.metrics import Metrics
from app.courier import Courier
from app.wiring import wire
from channels.registry import Registry
from inbox.announcer import Announcer
from inbox.chat import ChatDesk
from inbox.directory import InboxDirectory
from inbox.door import Door
from inbox.feed import Feed
from inbox.intake import Intake
from inbox.outbox import Outbox
from inbox.presence import Presence
from inbox.push import Push
from inbox.reply import Replies
from inbox.subscriptions import Post, Subscriptions
from kernel.blobs import Blobs
from kernel.clock import Clock, SystemClock
from kernel.config import Settings
from kernel.crypto import Secrets, fresh_token, master_key
from kernel.db import Database
from kernel.events import EventBus
from kernel.ids import IdMaker
from kernel.leader import Leadership
from kernel.relay import MemoryRelay, PostgresRelay, Relay
from kernel.tasks import Tasks
from kernel.uow import UnitOfWorkFactory
from migrations.standing import is_current
from scheduler.runner import Ticker
from staff.sign_in import SignIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """The house, and what only its keepers handle: storage, tasks and what runs by itself."""

    house: House
    database: Database
    bus: EventBus
    relay: Relay
    tasks: Tasks
    intake: Intake
    outbox: Outbox
    announcer: Announcer
    courier: Courier
    ticker: Ticker
    leadership: Leadership

    async def close(self) -> None:
        """End what runs, then give back every connection."""
        await self.tasks.stop()
        await self.house.registry.close()
        await self.courier.close()
        await self.database.close()


def compose(settings: Settings, clock: Clock | None = None, registry_of: Callable[[Settings, Clock], Registry] = Registry) -> Estate:
    """Return everything built and wired; nothing runs yet and nothing is connected. `registry_of` makes the channels: a desk for show pretends to send."""
    clock = clock or SystemClock()
    database, bus, tasks = Database(settings.database_url), EventBus(), Tasks()
    factory = UnitOfWorkFactory(database, bus, clock, IdMaker(clock))
    secrets = Secrets(master_key(settings.secret_key, settings.var_dir / "secret.key"))
    blobs, registry, push = Blobs(settings.var_dir / "blobs"), registry_of(settings, clock), Push()
    relay: Relay = MemoryRelay() if database.is_sqlite else PostgresRelay(settings.database_url, own_name=fresh_token()[:16])
    feed = Feed(push, relay, settings.feed_kept)
    directory = InboxDirectory(factory, secrets, registry)
    registry.renew_with(directory.renew)
    intake = Intake(factory, directory, secrets, blobs, tasks)
    door = Door(factory, registry, directory, intake, blobs, secrets)
    outbox = Outbox(factory, registry, directory, blobs, secrets)
    courier = Courier(settings.webhook_policy)
    post = Post(courier, secrets, clock)
    metrics = Metrics()
    metrics.wire(bus)
    wire(bus, feed, outbox)
    house = House(
        settings=settings, factory=factory, secrets=secrets, clock=clock, registry=registry, directory=directory, door=door,
        replies=Replies(registry, directory, secrets, settings.undo_window), chat=ChatDesk(factory, directory, registry, door, feed, secrets), feed=feed,
        subscriptions=Subscriptions(factory, feed, secrets, settings.webhook_policy, post, settings.feed_kept),
        push=push, presence=Presence(clock), sign_in=SignIn(factory, timedelta(days=settings.session_days)), blobs=blobs, metrics=metrics,
        is_migrated=lambda: is_current(database), ui_dist=_ui_dist(),
    )  # fmt: skip
    return Estate(
        house=house, database=database, bus=bus, relay=relay, tasks=tasks, intake=intake, outbox=outbox,
        announcer=Announcer(factory, post, settings.feed_kept), courier=courier, ticker=Ticker(factory), leadership=Leadership(settings.database_url),
    )  # fmt: skip


def _ui_dist() -> Path:
    """Return the built browser side: beside the sources in a checkout, inside the package in a wheel."""
    checkout = Path(__file__).parent.parent / "ui" / "dist"
    return checkout if checkout.is_dir() else Path(__file__).parent.parent / "api" / "ui_dist"
