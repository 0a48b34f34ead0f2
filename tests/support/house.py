"""A whole house for a test, entered by the real composition root; only what leaves for vendors is remembered instead of sent."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import func, select

from app.compose import Estate, compose
from channels.contract import Accepted, Account, Adapter, Inbound, InboundFile, InboundMessage, Manifest, OutboundMessage, RawPayload
from channels.registry import Registry
from kernel.claims import Claim, IdentityKind, Trust
from kernel.clock import Clock, MovedClock
from kernel.config import Settings
from kernel.db import Base
from kernel.errors import Fault
from kernel.uow import UnitOfWorkFactory
from staff.values import Role, Viewer

R = TypeVar("R", bound=Base)

EMAIL = {"smtp_host": "127.0.0.1"}
SMS = {"account_sid": "AC0123", "auth_token": "twilio-secret"}
TELEGRAM = {"bot_token": "123456:telegram-secret", "secret_token": "hook-secret", "mode": "webhook"}


class RememberingAdapter:
    """Translates like the real one; what it is to send it remembers once its gate is open, or fails as it was told."""

    def __init__(self, real: Adapter, sent: list[OutboundMessage], faults: deque[Fault], gate: asyncio.Event, refused: Mapping[str, str]) -> None:
        self._real = real
        self._sent = sent
        self._refused = refused
        self._faults = faults
        self._gate = gate

    @property
    def manifest(self) -> Manifest:
        return self._real.manifest

    def read(self, account: Account, payload: RawPayload) -> Sequence[Inbound]:
        return self._real.read(account, payload)

    async def complete(self, account: Account, message: InboundMessage) -> InboundMessage:
        return await self._real.complete(account, message)

    def external_id(self, account: Account, message_id: int, reply_token: str) -> str:
        return self._real.external_id(account, message_id, reply_token)

    async def send(self, account: Account, message: OutboundMessage) -> Accepted:
        await self._gate.wait()
        if self._faults:
            raise self._faults.popleft()
        self._sent.append(message)
        return Accepted(vendor_id=f"vendor-{message.message_id}", refused=dict(self._refused))

    async def close(self) -> None:
        await self._real.close()


class RememberingRegistry(Registry):
    """Hands out remembering adapters; `sent`, `faults` and `gates` (open until cleared) go by channel, `refused` says who of the others a message is not taken for."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        super().__init__(settings, clock)
        self.sent: dict[str, list[OutboundMessage]] = defaultdict(list)
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.refused: dict[str, str] = {}
        self.gates: dict[str, asyncio.Event] = defaultdict(_opened)

    def adapter(self, channel: str) -> Adapter:
        return RememberingAdapter(super().adapter(channel), self.sent[channel], self.faults[channel], self.gates[channel], self.refused)


def _opened() -> asyncio.Event:
    gate = asyncio.Event()
    gate.set()
    return gate


@asynccontextmanager
async def built(database_url: str, folder: Path, clock: MovedClock, **more: str) -> AsyncIterator[Estate]:
    """Yield an estate on a database; nothing runs by itself: tests drain and tick. `more` are settings."""
    settings = Settings(database_url=database_url, var_dir=folder, secret_key="tests only", _env_file=None, **more)  # type: ignore[arg-type]
    estate = compose(settings, clock, RememberingRegistry)
    try:
        yield estate
    finally:
        await estate.close()


def registry_of(estate: Estate) -> RememberingRegistry:
    """Return what remembers."""
    assert isinstance(estate.house.registry, RememberingRegistry)
    return estate.house.registry


def viewer(agent_id: int, *, role: Role = Role.AGENT, inbox_ids: frozenset[int] | None = None, name: str = "Ines") -> Viewer:
    """Return somebody who asks."""
    return Viewer(agent_id=agent_id, name=name, role=role, team_ids=frozenset(), inbox_ids=inbox_ids)


def said(
    inbox_id: int,
    text: str = "Where is my lamp?",
    *,
    sender: str = "+447700900001",
    kind: IdentityKind = IdentityKind.PHONE,
    external_id: str | None = None,
    thread_key: str | None = None,
    subject: str | None = None,
    references: tuple[str, ...] = (),
    reply_tokens: tuple[str, ...] = (),
    delivery_tokens: tuple[str, ...] = (),
    files: tuple[InboundFile, ...] = (),
    raw: RawPayload | None = None,
    name: str | None = None,
    claims: tuple[Claim, ...] = (),
) -> InboundMessage:
    """Return an inbound message; on kinds without subjects the sender is the thread."""
    is_mail = kind is IdentityKind.EMAIL
    return InboundMessage(
        inbox_id=inbox_id,
        external_id=external_id or f"{sender}/{text}",
        sender=Claim(kind=kind, value=sender, trust=Trust.VERIFIED, name=name),
        text=text,
        thread_key=thread_key if thread_key is not None or is_mail else sender,
        subject=subject,
        references=references,
        reply_tokens=reply_tokens,
        delivery_tokens=delivery_tokens,
        files=files,
        raw=raw,
        claims=claims,
    )


async def count(unit_of_work: UnitOfWorkFactory, row: type[Base]) -> int:
    """Return how many rows a table has."""
    async with unit_of_work.reading() as uow:
        return (await uow.session.execute(select(func.count()).select_from(row))).scalar_one()


async def rows(unit_of_work: UnitOfWorkFactory, row: type[R]) -> list[R]:
    """Return all rows of a table, by id."""
    async with unit_of_work.reading() as uow:
        return list((await uow.session.execute(select(row).order_by(row.__table__.c.id))).scalars())
