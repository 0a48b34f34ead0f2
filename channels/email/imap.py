"""Mail fetched by IMAP: polled, in the order of its UIDs, with a mark that moves only after what came before it is kept."""

import asyncio
import contextlib
import imaplib
import socket
from dataclasses import dataclass

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from channels.contract import Account, Health, RawPayload, Receive, Watermarks
from channels.email.framing import PLAIN
from channels.email.manifest import EmailSettings, Security
from channels.email.mime import MOST_BYTES
from kernel.clock import Clock
from kernel.errors import StorageUnavailable, Unavailable

_TIMEOUT = 60.0
_MOST_AT_ONCE = 20
_MOST_BYTES_AT_ONCE = 16 * 1024 * 1024
_TROUBLE = (OSError, imaplib.IMAP4.error, ImapToolsError)


@dataclass(frozen=True, slots=True)
class _Mark:
    """How far a folder has been read: UIDs mean something only together with the folder's UIDVALIDITY (RFC 9051 §2.3.1.1)."""

    uidvalidity: int
    uid: int

    def __str__(self) -> str:
        return f"{self.uidvalidity}:{self.uid}"

    @classmethod
    def of(cls, value: str) -> "_Mark":
        uidvalidity, _, uid = value.partition(":")
        return cls(int(uidvalidity), int(uid or 0))


class _Mailbox:
    """One connection, used by one thread at a time; every call blocks."""

    def __init__(self, settings: EmailSettings) -> None:
        kinds: dict[Security, type[BaseMailBox]] = {Security.TLS: MailBox, Security.STARTTLS: MailBoxStartTls, Security.NONE: MailBoxUnencrypted}
        self._box = kinds[settings.imap_security](settings.imap_host, port=settings.imap_port, timeout=_TIMEOUT)  # type: ignore[call-arg]
        self._folder = settings.imap_folder
        password = settings.imap_password.get_secret_value() if settings.imap_password else ""
        try:
            self._box.login(settings.imap_user, password, initial_folder=None)
        except BaseException:
            self.close()
            raise

    def look(self) -> _Mark:
        """Open the folder for reading only; return its UIDVALIDITY with the newest UID there is (0 in an empty one)."""
        self._box.folder.set(self._folder, readonly=True)
        _, said = self._box.client.response("UIDVALIDITY")
        uids = self._search("*")
        return _Mark(int(said[0] or b"0") if said and said[0] else 0, max(uids, default=0))

    def newer_than(self, uid: int) -> list[int]:
        """Return the UIDs above one, in order; `n:*` also names the last mail when it is older, hence the sieve."""
        return sorted(found for found in self._search(f"{uid + 1}:*") if found > uid)

    def mails(self, uids: list[int]) -> list[tuple[int, bytes | None]]:
        """Return the bytes of the first few of some mails (None for one that has gone since); at least one, and no more than fit. Nothing is marked as read."""
        found: list[tuple[int, bytes | None]] = []
        size = 0
        for uid in uids[:_MOST_AT_ONCE]:
            raw = self._mail(uid)
            found.append((uid, raw))
            size += len(raw or b"")
            if size > _MOST_BYTES_AT_ONCE:
                break
        return found

    def close(self) -> None:
        """Break the connection, also under a thread that waits for it."""
        with contextlib.suppress(*_TROUBLE, AttributeError, ValueError):
            self._box.client.sock.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(*_TROUBLE, AttributeError, ValueError):
            self._box.client.shutdown()

    def _mail(self, uid: int) -> bytes | None:
        # An oversized mail is fetched as far as the parser reads.
        for item in self._asked("FETCH", str(uid), f"(BODY.PEEK[]<0.{MOST_BYTES + 1}>)"):
            if isinstance(item, tuple) and isinstance(item[1], bytes):
                return item[1]
        return None

    def _search(self, uids: str) -> list[int]:
        return [int(word) for line in self._asked("SEARCH", "UID", uids) if isinstance(line, bytes) for word in line.split()]

    def _asked(self, command: str, *arguments: str) -> list[object]:
        verdict, answer = self._box.client.uid(command, *arguments)
        if verdict != "OK":
            raise imaplib.IMAP4.error(f"{command} was refused")
        return list(answer)


class ImapSource:
    """Polls the folder that an inbox names."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def is_wanted(self, account: Account) -> bool:
        """Say whether the inbox names an IMAP server."""
        return bool(account.settings.get("imap_host", "").strip())

    async def poll(self, account: Account, receive: Receive, watermarks: Watermarks, health: Health) -> None:
        """Fetch what is new, wait, and again, for ever.

        At the very beginning mail that lies there already is passed over, unless `import_history` is set. When the server has
        given the folder new UIDs (UIDVALIDITY), all of it is fetched again: what is known already, intake drops.

        Raises:
            Unavailable: the server cannot be reached or refuses; reported to `health` before.
            StorageUnavailable: a mail could not be kept; it comes again.
        """
        settings = EmailSettings.model_validate(dict(account.settings))
        box: _Mailbox | None = None
        try:
            box = await asyncio.to_thread(_Mailbox, settings)
            while True:
                await self._fetch_new(box, account, settings, receive, watermarks)
                await health.report(account.inbox_id, None)
                await asyncio.sleep(settings.poll_seconds)
        except _TROUBLE as trouble:
            words = f"IMAP at {settings.imap_host}: {str(trouble)[:300] or type(trouble).__name__}"
            await health.report(account.inbox_id, words)
            raise Unavailable(words) from trouble
        except (StorageUnavailable, Unavailable) as trouble:
            await health.report(account.inbox_id, trouble.sentence)
            raise
        finally:
            if box is not None:
                box.close()

    async def _fetch_new(self, box: _Mailbox, account: Account, settings: EmailSettings, receive: Receive, watermarks: Watermarks) -> None:
        name = f"imap:{settings.imap_folder}"
        newest = await asyncio.to_thread(box.look)
        kept = await watermarks.get(account.inbox_id, name)
        if kept is None:
            mark = _Mark(newest.uidvalidity, 0 if settings.import_history else newest.uid)
            await watermarks.put(account.inbox_id, name, str(mark))
        else:
            mark = _Mark.of(kept)
            if mark.uidvalidity != newest.uidvalidity:
                mark = _Mark(newest.uidvalidity, 0)
        waiting = await asyncio.to_thread(box.newer_than, mark.uid)
        while waiting:
            mails = await asyncio.to_thread(box.mails, waiting)
            waiting = waiting[len(mails) :]
            await self._keep(account, [raw for _, raw in mails if raw is not None], receive)
            await watermarks.put(account.inbox_id, name, str(_Mark(mark.uidvalidity, mails[-1][0])))

    async def _keep(self, account: Account, mails: list[bytes], receive: Receive) -> None:
        """Hand some mails over together, so that they can share a commit; when one fails, the others are settled first, and all come again."""
        payloads = [RawPayload(source="email/imap", content_type=PLAIN, body=raw, received_at=self._clock.now()) for raw in mails]
        outcomes = await asyncio.gather(*(receive(account.inbox_id, payload) for payload in payloads), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
