"""Group commit: all messages that wait share one unit of work, and each sender hears only after the commit."""

import asyncio
import hashlib
import zlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog
from sqlalchemy.exc import IntegrityError

from channels.contract import InboundMessage
from inbox.dead_letters import bury
from inbox.placing import InboxFacts, place_all
from inbox.values import Arrival, StoredFile, Taken
from kernel.blobs import Blobs
from kernel.crypto import Secrets
from kernel.errors import KindredError, StorageUnavailable
from kernel.tasks import Tasks
from kernel.text import clean
from kernel.uow import UnitOfWorkFactory

log = structlog.get_logger()

MOST_A_BATCH = 64
MOST_WAITING = 5_000  # more than a database that lives works off while a vendor waits for its answer
_LOOKS = 3
_MOMENT = 0.001  # seconds
_RAW_IN_ROW = 64 * 1024
_LONGEST_ID = 900
_SMALL_BODY = 8 * 1024
_SMALL, _LARGE = (12, 5), (15, 8)  # window bits and memory level of zlib


class InboxLookup(Protocol):
    """Whoever knows the inboxes."""

    async def facts(self, inbox_ids: set[int]) -> dict[int, InboxFacts]:
        """Return what placing needs to know of these inboxes."""
        ...


@dataclass(slots=True)
class _Waiting:
    arrival: Arrival
    answer: "asyncio.Future[Taken]"


class Intake:
    """Takes messages in: exactly once in effect, many to a commit, in the order they came."""

    def __init__(self, factory: UnitOfWorkFactory, inboxes: InboxLookup, secrets: Secrets, blobs: Blobs, tasks: Tasks) -> None:
        self._factory = factory
        self._inboxes = inboxes
        self._secrets = secrets
        self._blobs = blobs
        self._tasks = tasks
        self._waiting: deque[_Waiting] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._together = 1  # how many the last batch held

    async def take(self, message: InboundMessage) -> Taken:
        """Keep a message and return what became of it, after the commit.

        Raises:
            StorageUnavailable: nothing was kept, or too many wait already; it must come again.
        """
        if len(self._waiting) >= MOST_WAITING:
            log.warning("intake is full", waiting=len(self._waiting))
            raise StorageUnavailable
        arrival = await self._make_ready(message)
        waiting = _Waiting(arrival, asyncio.get_running_loop().create_future())
        # Looked at here, since nobody does when the sender has hung up.
        waiting.answer.add_done_callback(lambda answer: answer.exception())
        self._waiting.append(waiting)
        if self._worker is None or self._worker.done():
            self._worker = self._tasks.once("intake", self._work())
        # The sender may hang up; what is already in the batch is kept all the same.
        return await asyncio.shield(waiting.answer)

    async def _make_ready(self, message: InboundMessage) -> Arrival:
        """Do everything that needs no transaction before there is one: digests, files, compression."""
        content_hash = message.content_hash()
        try:
            files = [
                StoredFile(
                    name=file.name,
                    media_type=file.media_type,
                    size=len(file.content),
                    digest=await self._blobs.put(file.content),
                    content_id=file.content_id,
                    is_inline=file.is_inline,
                )
                for file in message.files
                if file.content is not None
            ]
            body, blob = await keep_raw(self._blobs, message.raw.body if message.raw else None)
        except OSError as fault:
            log.error("blob store failed", errno=fault.errno)
            raise StorageUnavailable from fault
        external_id = clean(message.external_id)
        if len(external_id) > _LONGEST_ID:
            external_id = "sha256:" + hashlib.sha256(external_id.encode()).hexdigest()
        thread_key = None if message.thread_key is None else clean(message.thread_key)[:400]
        # The files are on the disk by now, and need not wait in memory.
        safe = replace(message, external_id=external_id, thread_key=thread_key, files=())
        return Arrival(message=safe, content_hash=content_hash, files=tuple(files), raw_body=body, raw_blob=blob)

    async def _work(self) -> None:
        batch: list[_Waiting] = []
        try:
            while self._waiting:
                await self._gather()
                batch = [self._waiting.popleft() for _ in range(min(MOST_A_BATCH, len(self._waiting)))]
                self._together = len(batch)
                await self._take_together(batch)
        finally:
            # Ended in the middle: nobody waits for ever. What was kept all the same is known when it comes again.
            _fail([*batch, *self._waiting])
            self._waiting.clear()

    async def _gather(self) -> None:
        """After many at once, wait for as many again while each moment brings some: who was answered together comes back together, only not in the same instant.

        One at a time waits for nobody. What a batch costs before its first message is ten times what a message adds to it.
        """
        known = 0
        while known < len(self._waiting) < self._together:
            known = len(self._waiting)
            await asyncio.sleep(_MOMENT)

    async def _take_together(self, batch: Sequence[_Waiting]) -> None:
        try:
            taken = await self._place([waiting.arrival for waiting in batch])
        except StorageUnavailable:
            _fail(batch)
        except Exception:
            # One of them is the reason; alone it can neither block nor undo the others.
            log.exception("batch failed, taking its messages one by one", messages=len(batch))
            for waiting in batch:
                await self._take_alone(waiting)
        else:
            for waiting, answer in zip(batch, taken, strict=True):
                _answer(waiting, answer)

    async def _take_alone(self, waiting: _Waiting) -> None:
        try:
            [taken] = await self._place([waiting.arrival])
        except StorageUnavailable:
            _fail([waiting])
        except Exception as reason:
            log.exception("message cannot be placed")
            await self._bury(waiting, reason)
        else:
            _answer(waiting, taken)

    async def _place(self, arrivals: Sequence[Arrival]) -> list[Taken]:
        inboxes = await self._inboxes.facts({arrival.message.inbox_id for arrival in arrivals})
        for looks in range(1, _LOOKS + 1):
            try:
                async with self._factory() as uow:
                    return await place_all(uow, arrivals, inboxes, self._secrets)
            except IntegrityError:
                # Another process kept the same message, or began the same chat, between our look and our insert: the next look sees it.
                if looks == _LOOKS:
                    raise
                log.info("another process was faster", messages=len(arrivals))
        raise AssertionError("the last look answers or raises")

    async def _bury(self, waiting: _Waiting, reason: Exception) -> None:
        raw = waiting.arrival.message.raw
        if raw is None:
            waiting.answer.set_exception(reason)
            return
        code = reason.code if isinstance(reason, KindredError) else "intake.failed"
        sentence = reason.sentence if isinstance(reason, KindredError) else f"It could not be placed ({type(reason).__name__}); the log has the details."
        try:
            async with self._factory() as uow:
                letter_id = await bury(
                    uow, waiting.arrival.message.inbox_id, raw, body=waiting.arrival.raw_body, blob=waiting.arrival.raw_blob, code=code, reason=sentence
                )
        except StorageUnavailable:
            _fail([waiting])
        else:
            _answer(waiting, Taken(message_id=None, conversation_id=None, case_id=None, dead_letter_id=letter_id))


async def keep_raw(blobs: Blobs, body: bytes | None) -> tuple[bytes | None, str | None]:
    """Return a payload as it is kept: compressed for the row, or the digest of its blob when it is large."""
    if body is None:
        return None, None
    if len(body) > _RAW_IN_ROW:
        return None, await blobs.put(body)
    # A large window for a small body costs ten times what compressing it does.
    packer = zlib.compressobj(1, zlib.DEFLATED, *(_SMALL if len(body) <= _SMALL_BODY else _LARGE))
    return packer.compress(body) + packer.flush(), None


def _answer(waiting: _Waiting, taken: Taken) -> None:
    if not waiting.answer.done():
        waiting.answer.set_result(taken)


def _fail(batch: Sequence[_Waiting]) -> None:
    for waiting in batch:
        if not waiting.answer.done():
            waiting.answer.set_exception(StorageUnavailable())
