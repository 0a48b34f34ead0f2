"""The one way in: whatever a webhook, a listener, a poller or a replay brings is read, completed and taken here."""

import asyncio
from collections.abc import Sequence

import structlog

from channels.contract import InboundMessage, RawPayload, Receipt, Unreadable
from channels.registry import Registry
from inbox import dead_letters
from inbox.directory import InboxDirectory
from inbox.intake import Intake, keep_raw
from inbox.receipts import note_all
from inbox.values import Received
from kernel.blobs import Blobs
from kernel.crypto import Secrets
from kernel.errors import StorageUnavailable
from kernel.uow import UnitOfWorkFactory

log = structlog.get_logger()

_UNKNOWN = "channel.report_of_nothing"
_OF_NOTHING = "A report on a message that we did not send, or one that names none."


class Door:
    """Where payloads come in; its answer comes after the commit."""

    def __init__(self, factory: UnitOfWorkFactory, registry: Registry, directory: InboxDirectory, intake: Intake, blobs: Blobs, secrets: Secrets) -> None:
        self._factory = factory
        self._registry = registry
        self._directory = directory
        self._intake = intake
        self._blobs = blobs
        self._secrets = secrets

    async def receive(self, inbox_id: int, payload: RawPayload) -> Received:
        """Take a payload for an inbox; what cannot be read becomes a dead letter and counts as received.

        Raises:
            NotFound: there is no such inbox.
            InboxOff: it is switched off.
            StorageUnavailable, Unavailable: nothing is lost, it must come again.
        """
        account = await self._directory.account(inbox_id)
        adapter = self._registry.adapter((await self._directory.facts({inbox_id}))[inbox_id].manifest.channel)
        try:
            inbound = adapter.read(account, payload)
        except Unreadable as reason:
            log.warning("unreadable payload", inbox_id=inbox_id, source=payload.source, code=reason.code, size=len(payload.body))
            return Received(dead_letter_id=await self._bury(inbox_id, payload, reason))
        messages = [await adapter.complete(account, item) for item in inbound if isinstance(item, InboundMessage)]
        receipts = [item for item in inbound if isinstance(item, Receipt)]
        taken = [await self._intake.take(messages[0])] if len(messages) == 1 else await asyncio.gather(*(self._intake.take(message) for message in messages))
        buried = await self._note(receipts) if receipts else None
        if messages:
            self._directory.heard_from(inbox_id)
        return Received(taken=tuple(taken), receipts=len(receipts), dead_letter_id=next((t.dead_letter_id for t in taken if t.dead_letter_id), buried))

    async def replay(self, letter_id: int) -> Received:
        """Read a dead letter again; it is marked when it was understood this time.

        Raises:
            NotFound, AlreadyReplayed: as they say.
        """
        async with self._factory.reading() as uow:
            row = await dead_letters.exhume(uow, letter_id)
        received = await self.receive(row.inbox_id, await dead_letters.payload_of(row, self._blobs))
        if received.dead_letter_id is None:
            async with self._factory() as uow:
                await dead_letters.mark_replayed(uow, letter_id)
        return received

    async def _note(self, receipts: Sequence[Receipt]) -> int | None:
        """Note what one payload reports. A report that is kept lies beside its message; one that speaks of nothing of ours is a dead letter, whose id is returned."""
        raw = receipts[0].raw
        try:
            body, blob = await keep_raw(self._blobs, raw.body) if raw else (None, None)
        except OSError as fault:
            raise StorageUnavailable from fault
        async with self._factory() as uow:
            spoken_of = await note_all(uow, receipts, self._secrets)
            if raw is None:
                return None
            message_id = next((one for one in spoken_of if one is not None), None)
            if message_id is None:
                return await dead_letters.bury(uow, receipts[0].inbox_id, raw, body=body, blob=blob, code=_UNKNOWN, reason=_OF_NOTHING)
            dead_letters.keep(uow, receipts[0].inbox_id, raw, body=body, blob=blob, message_id=message_id)
        return None

    async def _bury(self, inbox_id: int, payload: RawPayload, reason: Unreadable) -> int:
        try:
            body, blob = await keep_raw(self._blobs, payload.body)
        except OSError as fault:
            raise StorageUnavailable from fault
        async with self._factory() as uow:
            return await dead_letters.bury(uow, inbox_id, payload, body=body, blob=blob, code=reason.code, reason=reason.sentence)
