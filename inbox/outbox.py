"""The outbox: claims what is due, carries it outside any transaction, notes the result; at least once, never by accident."""

import asyncio
import secrets as randomness
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog

from channels.contract import Accepted, Feature, OutboundFile, OutboundMessage
from channels.participants import as_rows, from_rows, taken_for
from channels.registry import Registry
from inbox.directory import InboxDirectory
from inbox.errors import InboxOff
from inbox.events import DeliveryMoved, ReplyQueued
from inbox.models import Attachment, Conversation, Delivery, Message
from inbox.repositories.deliveries import DeliveryRepository
from inbox.values import DeliveryState
from kernel.backoff import doubling
from kernel.blobs import Blobs
from kernel.crypto import Secrets
from kernel.errors import Fault, NotFound, StorageUnavailable, Unanswered, Unavailable, Undeliverable
from kernel.tasks import Tasks
from kernel.uow import UnitOfWork, UnitOfWorkFactory
from staff import service as staff

log = structlog.get_logger()

LEASE = timedelta(seconds=90)
_SEND_WITHIN = timedelta(seconds=60)
MOST_ATTEMPTS = 12  # with doubling waits: the last about two hours after the first
_MOST_AT_ONCE = 20
_LOOK_EVERY = timedelta(seconds=5)
_SHORTEST_LOOK = timedelta(milliseconds=20)  # while another process holds what is due
_NOTES = 6  # tries to note what became of a delivery, over a few seconds
_BETWEEN_NOTES = timedelta(seconds=0.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parcel:
    """All that is needed to carry a message, read in one go."""

    message: Message
    conversation: Conversation
    files: tuple[Attachment, ...]
    references: tuple[str, ...]
    quoted: tuple[str, str] | None
    author_name: str
    author_signature: str


class Outbox:
    """Carries replies to customers."""

    def __init__(self, factory: UnitOfWorkFactory, registry: Registry, directory: InboxDirectory, blobs: Blobs, secrets: Secrets) -> None:
        self._factory = factory
        self._registry = registry
        self._directory = directory
        self._blobs = blobs
        self._secrets = secrets
        self._woken = asyncio.Event()
        self._carrying: set[asyncio.Task[None]] = set()
        self._in_hand: set[int] = set()

    def start(self, tasks: Tasks) -> None:
        """Carry what is due, for ever."""
        tasks.keep("outbox", lambda: self._run(tasks))

    def wake(self, _fact: ReplyQueued) -> None:
        """Look again: something was queued."""
        self._woken.set()

    async def drain(self, limit: int = _MOST_AT_ONCE) -> int:
        """Send what is due; return how many were tried."""
        lease, claimed = await self._claim(limit)
        results = await asyncio.gather(*(self._carry(delivery, lease) for delivery in claimed), return_exceptions=True)
        for result in results:
            # A fault of ours must not hide behind the others; the lease brings its delivery back.
            if isinstance(result, BaseException):
                raise result
        return len(claimed)

    async def _claim(self, limit: int) -> tuple[str, list[Delivery]]:
        lease = randomness.token_hex(8)
        paces = await self._directory.paces()
        async with self._factory() as uow:
            now = uow.clock.now()
            # What is in our own hands is not due, though its lease may seem to have ended when the clock was put ahead.
            claimed = await DeliveryRepository(uow.session).claim_due(now, lease, now + LEASE, limit, self._in_hand, paces)
        self._in_hand.update(delivery.id for delivery in claimed)
        return lease, claimed

    async def _run(self, tasks: Tasks) -> None:
        """Carry each by itself: one vendor that does not answer keeps nobody else waiting."""
        while True:
            free = _MOST_AT_ONCE - len(self._carrying)
            lease, claimed = await self._claim(free) if free else ("", [])
            for delivery in claimed:
                task = tasks.once("delivery", self._carry(delivery, lease))
                self._carrying.add(task)
                task.add_done_callback(self._carried)
            if not claimed:
                await self._wait(None if free == 0 else await self._next_look())

    def _carried(self, task: asyncio.Task[None]) -> None:
        self._carrying.discard(task)
        # There is room for another, and the next one of the same conversation may go.
        self._woken.set()

    async def _next_look(self) -> timedelta:
        paces = await self._directory.paces()
        async with self._factory.reading() as uow:
            due_at = await DeliveryRepository(uow.session).next_due_at(uow.clock.now(), paces)
            return _LOOK_EVERY if due_at is None else min(_LOOK_EVERY, max(due_at - uow.clock.now(), _SHORTEST_LOOK))

    async def _wait(self, span: timedelta | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(None if span is None else span.total_seconds()):
                await self._woken.wait()
        self._woken.clear()

    async def _carry(self, delivery: Delivery, lease: str) -> None:
        try:
            await self._send_and_note(delivery, lease)
        finally:
            self._in_hand.discard(delivery.id)

    async def _send_and_note(self, delivery: Delivery, lease: str) -> None:
        result = await self._send(delivery)
        for tries in range(1, _NOTES + 1):
            try:
                await self._note(delivery, lease, result)
                return
            except StorageUnavailable:
                # It may have gone out: forgotten, it would go out again when the lease ends.
                if tries == _NOTES:
                    raise
            await asyncio.sleep(doubling(tries, first=_BETWEEN_NOTES).total_seconds())

    async def _send(self, delivery: Delivery) -> Accepted | Unavailable | Undeliverable:
        if delivery.attempts > MOST_ATTEMPTS:
            return Undeliverable(f"Given up after {MOST_ATTEMPTS} attempts. {delivery.error or ''}".strip())
        try:
            account = await self._directory.account(delivery.inbox_id)
            adapter = await asyncio.to_thread(self._registry.adapter, await self._directory.channel_of(delivery.inbox_id))
            outbound = await self._outbound(delivery, Feature.QUOTES_HISTORY in adapter.manifest.features)
            async with asyncio.timeout(_SEND_WITHIN.total_seconds()):
                return await adapter.send(account, outbound)
        except TimeoutError:
            return Unavailable(f"No answer within {_SEND_WITHIN.seconds} seconds.")
        except InboxOff as refusal:
            return Unavailable(refusal.sentence, retry_after=timedelta(minutes=5))
        except NotFound as refusal:
            return Undeliverable(refusal.sentence)
        except Fault as fault:
            # Any other is ours to mend: settings that do not open, a database that does not answer.
            return fault if isinstance(fault, Unavailable | Undeliverable) else Unavailable(fault.sentence)

    async def _outbound(self, delivery: Delivery, quotes_history: bool) -> OutboundMessage:
        async with self._factory.reading() as uow:
            parcel = await _parcel(uow, delivery.message_id, quotes_history)
        message = parcel.message
        return OutboundMessage(
            message_id=message.id,
            conversation_id=message.conversation_id,
            recipient=delivery.recipient,
            recipient_name=delivery.recipient_name,
            author_name=parcel.author_name,
            author_signature=parcel.author_signature,
            text=message.text,
            subject=message.subject,
            external_id=message.external_id,
            reply_token=self._secrets.signed_id("reply", message.conversation_id),
            delivery_token=self._secrets.signed_id("delivery", message.id),
            references=parcel.references,
            quoted=parcel.quoted[0] if parcel.quoted else None,
            quoted_from=parcel.quoted[1] if parcel.quoted else None,
            files=tuple([await self._file(file) for file in parcel.files]),
            written_at=message.sent_at,
            attempt=delivery.attempts,
            others=from_rows(message.participants),
            is_automatic=message.is_automatic,
        )

    async def _file(self, file: Attachment) -> OutboundFile:
        return OutboundFile(id=file.id, name=file.name, media_type=file.media_type, content=await self._blobs.get(file.digest))

    async def _note(self, claimed: Delivery, lease: str, result: Accepted | Unavailable | Undeliverable) -> None:
        async with self._factory() as uow:
            repository = DeliveryRepository(uow.session)
            row = await repository.leased(claimed.id, lease)
            if row is None:
                # The sweep gave it to somebody else meanwhile; theirs is the last word.
                log.warning("lease lost", delivery_id=claimed.id)
                return
            now = uow.clock.now()
            row.lease, row.changed_at = None, now
            if isinstance(result, Accepted):
                row.state, row.vendor_id, row.error = DeliveryState.SENT, result.vendor_id, None
                self._directory.spoke(row.inbox_id)
            elif isinstance(result, Unanswered) and row.error == result.sentence:
                # Each time may have been one more for the customer: a person asks before there is a third.
                row.state, row.error = DeliveryState.FAILED, f"{result.sentence} It was given twice; ask the customer before you send it again."
            elif isinstance(result, Unavailable):
                wait = max(doubling(row.attempts), result.retry_after or timedelta())
                row.state, row.error, row.due_at = DeliveryState.QUEUED, result.sentence, now + wait
            else:
                row.state, row.error = DeliveryState.FAILED, result.sentence
            message, _ = await repository.message(row.message_id)
            if isinstance(result, Accepted) and message.participants:
                message.participants = as_rows(taken_for(from_rows(message.participants), result.refused))
            uow.record(
                DeliveryMoved(message_id=message.id, conversation_id=message.conversation_id, case_id=message.case_id, inbox_id=row.inbox_id, state=row.state)
            )


async def _parcel(uow: UnitOfWork, message_id: int, quotes_history: bool) -> _Parcel:
    repository = DeliveryRepository(uow.session)
    message, conversation = await repository.message(message_id)
    author = await staff.get_agent(uow, message.author_id) if message.author_id is not None else None
    return _Parcel(
        message=message,
        conversation=conversation,
        files=tuple(await repository.files(message_id)),
        references=(*(conversation.ancestors or "").split(), *await repository.references(message.conversation_id, message.id)),
        # What nobody wrote hands nothing back: the sender may not be who they say.
        quoted=await repository.last_inbound(message.conversation_id, message.id) if quotes_history and not message.is_automatic else None,
        author_name=author.name if author else "Support",
        author_signature=(author.signature or "") if author else "",
    )
