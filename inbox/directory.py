"""Our inboxes: opened accounts for adapters, facts for intake, views for agents, health for all."""

import asyncio
import secrets as randomness
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from channels.contract import Account
from channels.pacing import pace_of
from channels.registry import Registry
from inbox.acknowledging import Courtesy
from inbox.errors import AddressTaken, InboxOff
from inbox.models import Inbox
from inbox.placing import InboxFacts
from inbox.repositories.inboxes import InboxRepository
from inbox.values import InboxOptions, InboxView
from inbox.views import InboxName
from kernel.crypto import Secrets
from kernel.errors import Fault, Invalid, NotFound, StorageUnavailable
from kernel.uow import UnitOfWork, UnitOfWorkFactory
from staff.values import InboxAccess, Viewer

_FRESH_FOR = timedelta(seconds=5)
_NOTED_EVERY = timedelta(seconds=30)


class Keep:
    """Says that a field is to stay as it is, where None means something."""


KEEP: Final = Keep()


class InboxDirectory:
    """Knows every inbox; asks the database again when what it knows is older than five seconds."""

    def __init__(self, factory: UnitOfWorkFactory, secrets: Secrets, registry: Registry) -> None:
        self._factory = factory
        self._secrets = secrets
        self._registry = registry
        self._rows: dict[int, Inbox] = {}
        self._opened: dict[int, Account] = {}
        self._facts: dict[int, InboxFacts] = {}
        self._paces: dict[int, timedelta] | None = None
        self._asked_at: datetime | None = None
        self._asking = asyncio.Lock()
        self._heard: dict[int, datetime] = {}
        self._spoke: dict[int, datetime] = {}
        self._noted_at: dict[tuple[int, str], datetime] = {}
        self._unwritten: dict[int, str | None] = {}

    async def _all(self) -> Mapping[int, Inbox]:
        # Whoever comes while somebody asks takes what is known: many of them hold a connection, and waiting they would keep the last one from who asks.
        if not self._is_fresh() and (self._asked_at is None or not self._asking.locked()):
            async with self._asking:
                if not self._is_fresh():
                    await self._ask()
        return self._rows

    async def _ask(self) -> None:
        now = self._factory.clock.now()
        async with self._factory.reading() as uow:
            self._rows = {row.id: row for row in await InboxRepository(uow.session).all()}
        self._opened, self._facts, self._paces, self._asked_at = {}, {}, None, now

    def _is_fresh(self) -> bool:
        return self._asked_at is not None and timedelta(0) <= self._factory.clock.now() - self._asked_at < _FRESH_FOR

    async def refresh(self) -> None:
        """Ask the database again, after a change."""
        async with self._asking:
            await self._ask()

    async def _row(self, inbox_id: int) -> Inbox:
        rows = await self._all()
        if inbox_id not in rows:
            raise NotFound("inbox", inbox_id)
        return rows[inbox_id]

    def _open(self, row: Inbox) -> Account:
        if row.id not in self._opened:
            settings = self._secrets.unseal(row.sealed_settings)
            self._opened[row.id] = Account(inbox_id=row.id, key=row.key, name=row.name, address=row.address, settings=settings)
        return self._opened[row.id]

    async def account(self, inbox_id: int) -> Account:
        """Return an inbox with its settings opened.

        Raises:
            NotFound: there is none. InboxOff: it is switched off.
        """
        row = await self._row(inbox_id)
        if not row.is_on:
            raise InboxOff(inbox_id)
        return self._open(row)

    async def settings(self, inbox_id: int) -> Mapping[str, str]:
        """Return what an inbox was told, secrets too, whether it is on or off.

        Raises:
            NotFound: there is none.
        """
        return self._open(await self._row(inbox_id)).settings

    async def accounts(self, channel: str | None = None) -> list[Account]:
        """Return the inboxes that are on, of one channel or of all."""
        return [self._open(row) for row in (await self._all()).values() if row.is_on and channel in (None, row.channel)]

    async def addresses(self) -> frozenset[str]:
        """Return the addresses of all inboxes, on or off."""
        return frozenset(row.address for row in (await self._all()).values())

    async def paces(self) -> dict[int, timedelta]:
        """Return how long each inbox rests between two messages; those that may send as they please are left out."""
        await self._all()
        if self._paces is None:
            self._paces = {}
            for row in self._rows.values():
                # Settings that do not open are said where they are needed: they hold up no other inbox.
                with suppress(Fault):
                    if row.is_on and (pace := pace_of(self._open(row).settings)):
                        self._paces[row.id] = pace
        return self._paces

    async def channel_of(self, inbox_id: int) -> str:
        """Return the channel of an inbox, on or off."""
        return (await self._row(inbox_id)).channel

    async def find_by_key(self, key: str) -> Account | None:
        """Return the inbox that a site names by its public key, if it is on."""
        row = next((row for row in (await self._all()).values() if row.key == key and row.is_on), None)
        return self._open(row) if row else None

    async def facts(self, inbox_ids: set[int]) -> dict[int, InboxFacts]:
        """Return what placing needs to know."""
        return {inbox_id: self._facts_of(await self._row(inbox_id)) for inbox_id in inbox_ids}

    def _facts_of(self, row: Inbox) -> InboxFacts:
        if row.id not in self._facts:
            self._facts[row.id] = InboxFacts(
                id=row.id,
                name=row.name,
                manifest=self._registry.manifest(row.channel),
                team_id=row.team_id,
                options=InboxOptions(**row.options),  # type: ignore[arg-type]
                alike=frozenset(other.id for other in self._rows.values() if _circle(other) == _circle(row)),
                courtesy=self._courtesy_of(row),
            )
        return self._facts[row.id]

    def _courtesy_of(self, row: Inbox) -> Courtesy | None:
        if "acknowledgement" not in self._registry.manifest(row.channel).settings.model_fields:
            return None
        account = self._open(row)
        text = account.settings.get("acknowledgement", "").strip()
        if not text:
            return None
        ours = frozenset(other.address.strip().lower() for other in self._rows.values())
        adapter = self._registry.adapter(row.channel)
        return Courtesy(inbox_name=row.name, text=text, ours=ours, external_id=partial(adapter.external_id, account))

    async def names(self, uow: UnitOfWork, inbox_ids: Collection[int]) -> dict[int, InboxName]:
        """Return these inboxes, named with their channels."""
        rows = await self._all()
        if not rows.keys() >= set(inbox_ids):
            # Another process has set one up since we asked.
            rows = {row.id: row for row in await InboxRepository(uow.session).all()}
        return {
            row.id: InboxName(id=row.id, name=row.name, channel=row.channel, channel_name=self._registry.manifest(row.channel).name)
            for row in (rows[inbox_id] for inbox_id in inbox_ids)
        }

    async def access(self) -> list[InboxAccess]:
        """Return what decides who may see which inbox."""
        return [InboxAccess(id=row.id, team_id=row.team_id, is_restricted=row.is_restricted) for row in (await self._all()).values()]

    async def views(self, viewer: Viewer) -> list[InboxView]:
        """Return the inboxes that the viewer may see."""
        return [self._view(row) for row in (await self._all()).values() if viewer.may_see(row.id)]

    async def view(self, viewer: Viewer, inbox_id: int) -> InboxView:
        """Return one inbox, or refuse with NotFound when there is none to see."""
        if not viewer.may_see(inbox_id):
            raise NotFound("inbox", inbox_id)
        return self._view(await self._row(inbox_id))

    async def create(
        self,
        *,
        channel: str,
        name: str,
        address: str,
        settings: Mapping[str, str],
        team_id: int | None = None,
        is_restricted: bool = False,
        options: InboxOptions | None = None,
        key: str | None = None,
    ) -> InboxView:
        """Set up an address of ours; without a `key` it gets a random one.

        Raises:
            NotFound: there is no such channel. Invalid: a setting is missing or wrong. AddressTaken: it exists.
        """
        sealed = self._secrets.seal(self._registry.check_settings(channel, dict(settings)))
        address = address.strip()
        if not address or not name.strip():
            raise Invalid("An inbox needs a name and an address.")
        async with self._factory() as uow:
            repository = InboxRepository(uow.session)
            if await repository.find_by_address(channel, address):
                raise AddressTaken(address)
            row = Inbox(
                id=uow.ids(), key=key or randomness.token_urlsafe(9), channel=channel, name=name.strip()[:200], address=address[:400], sealed_settings=sealed,
                options=asdict(options or InboxOptions()), team_id=team_id, is_restricted=is_restricted, is_on=True, created_at=uow.clock.now(),
            )  # fmt: skip
            repository.add(row)
        await self.refresh()
        return self._view(row)

    async def change(
        self,
        inbox_id: int,
        *,
        name: str | None = None,
        is_on: bool | None = None,
        is_restricted: bool | None = None,
        team_id: int | Keep | None = KEEP,
        settings: Mapping[str, str] | None = None,
        options: InboxOptions | None = None,
    ) -> InboxView:
        """Change what is given; settings are merged over the old ones and checked as a whole, and what was wrong with the old ones is forgotten."""
        async with self._factory() as uow:
            row = await InboxRepository(uow.session).get(inbox_id)
            row.name = row.name if name is None else name.strip()[:200]
            row.is_on = row.is_on if is_on is None else is_on
            row.is_restricted = row.is_restricted if is_restricted is None else is_restricted
            if not isinstance(team_id, Keep):
                row.team_id = team_id
            if settings is not None:
                merged = {**self._secrets.unseal(row.sealed_settings), **settings}
                row.sealed_settings = self._secrets.seal(self._registry.check_settings(row.channel, merged))
                row.last_error = None
            if options is not None:
                row.options = asdict(options)
        if settings is not None:
            self._unwritten.pop(inbox_id, None)
            self._noted_at = {key: at for key, at in self._noted_at.items() if key[0] != inbox_id}
        await self.refresh()
        return self._view(row)

    def heard_from(self, inbox_id: int) -> None:
        """Remember that something came in; written down by `note_health`."""
        self._heard[inbox_id] = self._factory.clock.now()

    def spoke(self, inbox_id: int) -> None:
        """Remember that something went out; written down by `note_health`."""
        self._spoke[inbox_id] = self._factory.clock.now()

    async def note_health(self) -> None:
        """Write down when inboxes last took and sent: a job's work, so that no message waits for it."""
        heard, self._heard = self._heard, {}
        spoke, self._spoke = self._spoke, {}
        if heard or spoke:
            async with self._factory() as uow:
                for inbox_id in sorted({*heard, *spoke}):
                    row = await InboxRepository(uow.session).get(inbox_id)
                    row.last_in_at = heard.get(inbox_id, row.last_in_at)
                    row.last_out_at = spoke.get(inbox_id, row.last_out_at)

    async def report(self, inbox_id: int, error: str | None) -> None:
        """Note that a source works (None), or why it does not; the same word is written at most every half minute.

        While it cannot be written, since the disk is full perhaps, it is shown by this process all the same.
        """
        now = self._factory.clock.now()
        last = self._noted_at.get((inbox_id, error or ""))
        if last is not None and timedelta(0) <= now - last < _NOTED_EVERY and inbox_id not in self._unwritten:
            return
        try:
            async with self._factory() as uow:
                row = await InboxRepository(uow.session).get(inbox_id)
                if error is None:
                    row.last_ok_at, row.last_error = now, None
                else:
                    row.last_error, row.last_error_at = error[:2000], now
            await self.refresh()
        except StorageUnavailable:
            self._unwritten[inbox_id] = error
        else:
            self._unwritten.pop(inbox_id, None)
            self._noted_at = {key: at for key, at in self._noted_at.items() if key[0] != inbox_id} | {(inbox_id, error or ""): now}

    async def renew(self, inbox_id: int, settings: Mapping[str, str]) -> None:
        """Keep settings that a vendor has renewed, such as a token that took another one's place."""
        await self.change(inbox_id, settings=settings)

    def _view(self, row: Inbox) -> InboxView:
        last_in = max(filter(None, (row.last_in_at, self._heard.get(row.id))), default=None)
        last_error = self._unwritten.get(row.id, row.last_error)
        health = "off" if not row.is_on else "failing" if last_error else "ok" if last_in or row.last_ok_at else "quiet"
        return InboxView(
            id=row.id, key=row.key, channel=row.channel, name=row.name, address=row.address, is_on=row.is_on, is_restricted=row.is_restricted,
            team_id=row.team_id, options=InboxOptions(**row.options), health=health, last_in_at=last_in,  # type: ignore[arg-type]
            last_out_at=max(filter(None, (row.last_out_at, self._spoke.get(row.id))), default=None), last_seen_at=row.last_ok_at, last_error=last_error,
        )  # fmt: skip


def _circle(row: Inbox) -> int | None:
    """Return the team that alone may see an inbox, or None when everybody may."""
    return row.team_id if row.is_restricted else None


class StoredWatermarks:
    """How far sources were read, in the database; moved in a unit of work of its own, after what came before it."""

    def __init__(self, factory: UnitOfWorkFactory) -> None:
        self._factory = factory

    async def get(self, inbox_id: int, name: str) -> str | None:
        """Return the mark, or None at the very beginning."""
        async with self._factory.reading() as uow:
            return await InboxRepository(uow.session).watermark(inbox_id, name)

    async def put(self, inbox_id: int, name: str, value: str) -> None:
        """Move the mark."""
        async with self._factory() as uow:
            await InboxRepository(uow.session).move_watermark(inbox_id, name, value, uow.clock.now())
