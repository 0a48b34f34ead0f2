"""What the edge is built over; filled in by the composition root."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from api.metrics import Metrics
from channels.registry import Registry
from inbox.chat import ChatDesk
from inbox.directory import InboxDirectory
from inbox.door import Door
from inbox.feed import Feed
from inbox.presence import Presence
from inbox.push import Push
from inbox.reply import Replies
from inbox.subscriptions import Subscriptions
from kernel.blobs import Blobs
from kernel.clock import Clock
from kernel.config import Settings
from kernel.crypto import Secrets
from kernel.uow import UnitOfWorkFactory
from staff.sign_in import SignIn


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything that a handler may ask. `ui_dist` is the folder of the built browser side."""

    settings: Settings
    factory: UnitOfWorkFactory
    secrets: Secrets
    clock: Clock
    registry: Registry
    directory: InboxDirectory
    door: Door
    replies: Replies
    chat: ChatDesk
    feed: Feed
    subscriptions: Subscriptions
    push: Push
    presence: Presence
    sign_in: SignIn
    blobs: Blobs
    metrics: Metrics
    is_migrated: Callable[[], Awaitable[bool]]
    ui_dist: Path


HOUSE = web.AppKey("house", House)
