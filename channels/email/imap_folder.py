"""One folder of a mailbox, read for ever: what is new is kept in order, what cannot be kept is held back, a broken connection is opened again."""

import asyncio
import hashlib
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from channels.contract import RawPayload, Receive, Watermarks
from channels.email.framing import PLAIN, beginning_of
from channels.email.imap_box import BEGINNING, TROUBLE, Box, Credentials, Fetched, Patience, SignInRefused
from channels.email.imap_client import words_of
from channels.email.manifest import EmailSettings
from channels.email.oauth import AccessTokens, TokenRefused
from kernel.backoff import doubling
from kernel.clock import Clock
from kernel.errors import KindredError, StorageUnavailable, Unavailable

log = structlog.get_logger()

Say = Callable[[str, str | None], Awaitable[None]]
"""Takes a folder's name and its trouble, or None when it is well."""

_MOST_ASKED = 500
_MOST_AT_ONCE = 20
_MOST_BYTES_AT_ONCE = 16 * 1024 * 1024
# Batches that fail one after the other before we wait: one mail alone, too large for a disk that is nearly full, stops nothing.
_MOST_IN_VAIN = 3
_UNKNOWN = "-"
_MOST_BREAKS = 3  # of connections, over one mail


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a folder has been read: UIDs mean something only together with the folder's UIDVALIDITY (RFC 9051 §2.3.1.1)."""

    uidvalidity: int
    uid: int

    def __str__(self) -> str:
        return f"{self.uidvalidity}:{self.uid}"

    @classmethod
    def of(cls, value: str) -> "Mark":
        """Return a mark as it was written down."""
        uidvalidity, _, uid = value.partition(":")
        return cls(int(uidvalidity), int(uid or 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all folders of an inbox share."""

    inbox_id: int
    settings: EmailSettings
    tokens: AccessTokens | None
    most_bytes: int
    patience: Patience
    clock: Clock
    receive: Receive
    watermarks: Watermarks
    say: Say


class Folder:
    """Reads one folder; `name` is as people write it."""

    def __init__(self, name: str, around: Surroundings) -> None:
        self._name = name
        self._around = around
        self._kept: set[int] = set()  # above the mark: something below was held back
        self._kept_under = 0  # the UIDVALIDITY that they belong to
        self._failures = 0
        self._has_worked = False  # over this connection
        self._since: datetime | None = None
        self._in_hand: frozenset[int] = frozenset()  # asked for, and not yet here
        self._breaks: Counter[int] = Counter()  # connections that ended over a mail
        self._put_off: dict[int, float] = {}  # until when, by the loop's clock

    async def read(self) -> None:
        """Read for ever; over a connection that broke, again and later and later."""
        loop = asyncio.get_running_loop()
        settings, patience = self._around.settings, self._around.patience
        while True:
            began, words, is_refused = loop.time(), "", False
            try:
                await self._stay_connected()
            except (SignInRefused, TokenRefused) as refusal:
                words, is_refused = refusal.sentence, True
                if self._around.tokens is not None:
                    self._around.tokens.forget()
            except (StorageUnavailable, Unavailable) as trouble:
                words = trouble.sentence
            except TROUBLE as trouble:
                words = words_of(trouble)
            # One that brought no mail and came to the end of no look is dead, however long it took to find out.
            is_settled = self._has_worked and loop.time() - began > patience.settled_after
            self._failures = 0 if is_settled else self._failures + 1
            log.info("mailbox closed", inbox_id=self._around.inbox_id, failures=self._failures)
            # Servers end a connection that did its work now and then: no trouble, unless the next one is.
            if not is_settled:
                await self._around.say(self._name, f"IMAP at {settings.imap_host}: {words}")
            await asyncio.sleep(_pause(patience, max(1, self._failures), is_refused))

    async def _stay_connected(self) -> None:
        around, settings = self._around, self._around.settings
        self._has_worked = False
        self._since = await self._beginning()
        password = settings.imap_password.get_secret_value() if settings.imap_password else ""
        secret = password if around.tokens is None else await around.tokens.get()
        box = Box(settings, self._name, around.most_bytes, around.patience)
        try:
            await box.open(Credentials(settings.imap_user, secret, is_token=around.tokens is not None))
            rounds_held_back = 0
            while True:
                trouble = await self._fetch_new(box)
                await around.say(self._name, trouble)
                self._has_worked = True
                rounds_held_back = 0 if trouble is None else rounds_held_back + 1
                soon = _pause(around.patience, rounds_held_back) if trouble else None
                await box.wait(settings.poll_seconds, soon)
        finally:
            box.close()
            self._suspect(self._in_hand)

    async def _fetch_new(self, box: Box) -> str | None:
        """Keep what is new; return why something could not be kept, or None when all is."""
        try:
            mark = await self._mark(box)
            found = [uid for uid in await box.uids(f"{mark.uid + 1}:*") if uid > mark.uid]
            settling = deque(found)
            mark = await self._move(mark, settling)
            trouble = self._trouble_of_those_put_off(found)
            in_vain = 0
            async for batch, fetched in self._fetched(box, [uid for uid in found if uid not in self._kept and uid not in self._put_off]):
                failed = await self._keep(fetched)
                # What was not even fetched is gone from the folder.
                self._kept |= batch - failed.keys()
                mark = await self._move(mark, settling)
                trouble = next(iter(failed.values()), trouble)
                is_vain = len(failed) == len(batch) and any(mail.raw is not None for mail in fetched)
                in_vain = in_vain + 1 if is_vain else 0
                if in_vain == _MOST_IN_VAIN:
                    break
        except (StorageUnavailable, Unavailable) as fault:
            return fault.sentence
        return trouble

    async def _mark(self, box: Box) -> Mark:
        """Open the folder; return how far it has been read, which is put down at the very beginning."""
        around = self._around
        sight = await box.look()
        written = await around.watermarks.get(around.inbox_id, self._watermark)
        mark = None if written is None else Mark.of(written)
        if mark is None or mark.uidvalidity != sight.uidvalidity:
            since = None if around.settings.import_history else self._since
            mark = Mark(sight.uidvalidity, 0 if since is None or not sight.mails else await box.last_before(since))
            await around.watermarks.put(around.inbox_id, self._watermark, str(mark))
        if self._kept_under != mark.uidvalidity:
            self._kept, self._kept_under = set(), mark.uidvalidity
            self._breaks.clear()
            self._put_off.clear()
        return mark

    async def _beginning(self) -> datetime | None:
        """Return since when the folder is read, put down before its server answers for the first time; None where that was not yet put down at the time.

        Where the settings name another mailbox now, the mark means nothing any more: UIDs and UIDVALIDITY may be the same there by chance.
        """
        around, name = self._around, f"since:{self._name}"
        mailbox = hashlib.sha256(f"{around.settings.imap_host}\n{around.settings.imap_user}".lower().encode()).hexdigest()[:16]
        written = await around.watermarks.get(around.inbox_id, name)
        if written is None:
            is_new = await around.watermarks.get(around.inbox_id, self._watermark) is None
            moment = around.clock.now().isoformat() if is_new else _UNKNOWN
        else:
            moment, _, of = written.partition(" ")
            if of != mailbox:
                await around.watermarks.put(around.inbox_id, self._watermark, str(Mark(0, 0)))
        if written != f"{moment} {mailbox}":
            await around.watermarks.put(around.inbox_id, name, f"{moment} {mailbox}")
        return None if moment == _UNKNOWN else datetime.fromisoformat(moment)

    def _suspect(self, uids: frozenset[int]) -> None:
        """Note over which mails a connection ended: they are asked for one by one, and one that has ended several is put off, so that nobody waits behind it."""
        self._in_hand = frozenset()
        self._breaks.update(uids)
        now, patience = asyncio.get_running_loop().time(), self._around.patience
        first, most = timedelta(seconds=patience.broken_again_after), timedelta(seconds=patience.broken_again_at_most)
        for uid in uids:
            too_often = self._breaks[uid] - _MOST_BREAKS + 1
            if len(uids) == 1 and too_often > 0:
                self._put_off[uid] = now + doubling(too_often, first=first, most=most).total_seconds()

    def _trouble_of_those_put_off(self, found: Sequence[int]) -> str | None:
        now = asyncio.get_running_loop().time()
        here = set(found)
        self._put_off = {uid: until for uid, until in self._put_off.items() if until > now and uid in here}
        return f"The connection ends whenever the mail {min(self._put_off)} of {self._name} is fetched." if self._put_off else None

    @property
    def _watermark(self) -> str:
        return f"imap:{self._name}"

    async def _move(self, mark: Mark, settling: deque[int]) -> Mark:
        """Move the mark as far as everything is kept, and no further."""
        uid = mark.uid
        while settling and settling[0] in self._kept:
            uid = settling.popleft()
        if uid == mark.uid:
            return mark
        mark = Mark(mark.uidvalidity, uid)
        await self._around.watermarks.put(self._around.inbox_id, self._watermark, str(mark))
        self._kept = {kept for kept in self._kept if kept > uid}
        return mark

    async def _fetched(self, box: Box, uids: Sequence[int]) -> AsyncIterator[tuple[set[int], list[Fetched]]]:
        """Yield some mails in batches that fit into memory: the UIDs asked for, and what the server gave of them."""
        for at in range(0, len(uids), _MOST_ASKED):
            asked = uids[at : at + _MOST_ASKED]
            self._in_hand = frozenset(uid for uid in asked if uid not in self._breaks)
            found = await box.sizes(sorted(self._in_hand)) if self._in_hand else {}
            sizes = {uid: found.get(uid, 0) for uid in asked}
            for batch in _batches(sizes, self._around.most_bytes, self._breaks.keys()):
                self._in_hand = frozenset(batch)
                mails = await box.mails(batch)
                self._in_hand = frozenset()
                self._has_worked = True
                for uid in batch:
                    self._breaks.pop(uid, None)
                yield set(batch), mails

    async def _keep(self, mails: Sequence[Fetched]) -> dict[int, str]:
        """Hand some mails over together, so that they can share a commit; return which were not kept, and why."""
        around = self._around
        failed = {mail.uid: f"The mail server does not give the mail {mail.uid} of {self._name}." for mail in mails if mail.raw is None}
        given = [(mail, mail.raw) for mail in mails if mail.raw is not None]
        now = around.clock.now()
        payloads = [
            RawPayload(source="email/imap", content_type=PLAIN if len(raw) >= mail.size else beginning_of(mail.size), body=raw, received_at=now)
            for mail, raw in given
        ]
        outcomes = await asyncio.gather(*(around.receive(around.inbox_id, payload) for payload in payloads), return_exceptions=True)
        for (mail, _), outcome in zip(given, outcomes, strict=True):
            if isinstance(outcome, KindredError):
                failed[mail.uid] = outcome.sentence
            elif isinstance(outcome, Exception):
                log.error("mail not kept", inbox_id=around.inbox_id, uid=mail.uid, exc_info=outcome)
                failed[mail.uid] = f"The mail {mail.uid} of {self._name} could not be taken in ({type(outcome).__name__}); the log has the details."
            elif isinstance(outcome, BaseException):
                raise outcome
        return failed


def _pause(patience: Patience, failures: int, is_refused: bool = False) -> float:
    """Return how many seconds to wait after so many failures in a row."""
    first, most = (patience.refused_again_after, patience.refused_again_at_most) if is_refused else (patience.again_after, patience.again_at_most)
    return doubling(failures, first=timedelta(seconds=first), most=timedelta(seconds=most)).total_seconds()


def _batches(sizes: Mapping[int, int], most_bytes: int, alone: Set[int]) -> Iterator[dict[int, int]]:
    """Yield mails by UID in batches that fit into memory, in order, some alone; of one that is too large only the beginning is fetched."""
    batch: dict[int, int] = {}
    together = 0
    for uid, size in sizes.items():
        weight = BEGINNING if size > most_bytes else size
        if batch and (len(batch) == _MOST_AT_ONCE or together + weight > _MOST_BYTES_AT_ONCE or uid in alone or not alone.isdisjoint(batch)):
            yield batch
            batch, together = {}, 0
        batch[uid] = size
        together += weight
    if batch:
        yield batch
