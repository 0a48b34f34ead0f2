"""A mailbox's connection in a thread of its own: signs in, looks at one folder, fetches with bounds, and waits for what comes."""

import asyncio
import contextlib
import imaplib
import json
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from imap_tools.errors import ImapToolsError

from channels.email.imap_client import ImapClient, Wrapped, arrivals_in, connected, mails_in, sizes_in, words_of
from channels.email.manifest import EmailSettings, Security
from kernel.errors import Unavailable

# A host's name that cannot be one is a UnicodeError.
TROUBLE = (OSError, imaplib.IMAP4.error, ImapToolsError, UnicodeError)
BEGINNING = 256 * 1024
_MOST_DATES = 500
_ANY = TypeVar("_ANY")


class SignInRefused(Unavailable):
    """The mail server, or whoever signs us in there, does not take us for whom we say we are; a person has to look after it."""


@dataclass(frozen=True, slots=True)
class Patience:
    """For how many seconds we wait. Together they make a dead server known within two minutes."""

    silent_within: float = 20.0  # for a sign of life where the server has nothing to do
    silent_at_work_within: float = 60.0  # while it looks for something
    open_within: float = 40.0
    look_within: float = 90.0
    mails_within: float = 600.0
    # RFC 2177 allows 29 minutes; the end of each IDLE is also the proof that the other side still lives.
    idle_for: float = 40.0
    settled_after: float = 60.0  # a connection that ends later has done its work
    again_after: float = 0.5  # doubled after each failure
    again_at_most: float = 30.0
    # Somebody has to change something first, and many servers lock out who tries a wrong password time after time.
    refused_again_after: float = 10.0
    refused_again_at_most: float = 300.0
    # A mail over which one connection after the other broke.
    broken_again_after: float = 30.0
    broken_again_at_most: float = 900.0


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are: by password, or by an OAuth 2 access token."""

    user: str
    secret: str
    is_token: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail as the server gave it; `raw` is shorter than `size` where only its beginning was fetched, and None where the server refused it."""

    uid: int
    size: int
    raw: bytes | None


@dataclass(frozen=True, slots=True)
class Sight:
    """A folder as it was opened: what its UIDs belong to, and how many mails are in it."""

    uidvalidity: int
    mails: int


class Box:
    """One connection to one folder. Each call ends within the patience; after an error of `TROUBLE`, or a cancellation, only `close` makes sense."""

    def __init__(self, settings: EmailSettings, folder: str, most_bytes: int, patience: Patience) -> None:
        self._patience = patience
        self._line = _Line(settings, folder, most_bytes, patience)
        # The loop's own pool has a handful of threads: a few silent servers would hold up everything else.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="imap")

    async def open(self, credentials: Credentials) -> None:
        """Connect and sign in.

        Raises:
            SignInRefused: we are not taken for whom we say we are.
        """
        await self._done(self._patience.open_within, self._line.open, credentials)

    async def look(self) -> Sight:
        """Open the folder, for reading only."""
        return await self._done(self._patience.look_within, self._line.look)

    async def uids(self, which: str) -> list[int]:
        """Return the UIDs of a set (`7:*`), in order."""
        return await self._done(self._patience.look_within, self._line.search, f"UID {which}")

    async def last_before(self, moment: datetime) -> int:
        """Return the highest UID before the first mail that came to the server at a moment or later; 0 in an empty folder."""
        highest = max(await self.uids("*"), default=0)
        # The search knows days only, and by the server's own clock.
        near = await self._done(self._patience.look_within, self._line.search, (moment - timedelta(days=1)).strftime("SINCE %d-%b-%Y"))
        for at in range(0, len(near), _MOST_DATES):
            arrivals = await self._done(self._patience.look_within, self._line.arrivals, near[at : at + _MOST_DATES])
            later = [uid for uid, came_at in arrivals.items() if came_at >= moment.replace(microsecond=0)]
            if later:
                return min(later) - 1
        return highest

    async def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Return the sizes of some mails in bytes, as the server states them; 0 where it states none."""
        return await self._done(self._patience.look_within, self._line.sizes, uids)

    async def mails(self, sizes: Mapping[int, int]) -> list[Fetched]:
        """Return some mails, by UID, whose sizes are stated; one that is gone is left out. Nothing is marked as read."""
        return await self._done(self._patience.mails_within, self._line.mails, sizes)

    async def wait(self, poll_seconds: float, at_most: float | None = None) -> None:
        """Return when there may be something new: at once when the server says so, else after a while, with proof that it still answers."""
        patience = self._patience
        stretch = patience.idle_for if at_most is None else min(at_most, patience.idle_for)
        if self._line.has_idle:
            await self._done(stretch + patience.open_within, self._line.idle, stretch)
            return
        left = poll_seconds if at_most is None else min(poll_seconds, at_most)
        while left > 0:
            await asyncio.sleep(min(left, stretch))
            left -= stretch
            await self._done(patience.open_within, self._line.noop)

    def close(self) -> None:
        """Break the connection, also under a thread that waits for it."""
        self._line.break_off()
        # Given back by the thread that uses it: a number that is closed under a waiting thread may be somebody else's the next moment.
        self._thread.submit(self._line.hang_up)
        self._thread.shutdown(wait=False)

    async def _done(self, seconds: float, work: Callable[..., _ANY], *arguments: object) -> _ANY:
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)
        except TimeoutError:
            raise TimeoutError("the server does not answer") from None


class _Line:
    """The connection itself: every call blocks, and is for one thread at a time; `break_off` may come from any."""

    def __init__(self, settings: EmailSettings, folder: str, most_bytes: int, patience: Patience) -> None:
        self._settings = settings
        self._folder = folder
        self._most_bytes = most_bytes
        self._patience = patience
        self._socket: socket.socket | None = None
        self._client: ImapClient | None = None
        self._box: Wrapped | None = None
        self._is_over = False
        self.has_idle = False

    def open(self, credentials: Credentials) -> None:
        settings = self._settings
        self._socket = connected(settings.imap_host, settings.imap_port, self._patience.silent_within)
        # The library's own default believes any certificate.
        tls = ssl.create_default_context() if settings.imap_security is not Security.NONE else None
        if tls is not None and settings.imap_security is Security.TLS:
            # Kept before the handshake, so that it can be broken off.
            secured = tls.wrap_socket(self._socket, server_hostname=settings.imap_host, do_handshake_on_connect=False)
            self._socket = secured
            secured.do_handshake()
        if self._is_over:
            raise OSError("broken off")
        client = ImapClient(self._socket, settings.imap_host, max(self._most_bytes + 1, BEGINNING))
        self._client = client
        if tls is not None and settings.imap_security is Security.STARTTLS:
            client.starttls(tls)
        self._box = Wrapped(client)
        _sign_in(client, self._box, credentials, settings.imap_port)
        self.has_idle = client.can("IDLE")

    def look(self) -> Sight:
        client, box = self._opened(self._patience.silent_at_work_within)
        _, exists = box.folder.set(self._folder, readonly=True)
        _, said = client.response("UIDVALIDITY")
        return Sight(uidvalidity=_number(said), mails=_number(exists))

    def search(self, *which: str) -> list[int]:
        lines = [line for line in self._asked("SEARCH", *which) if isinstance(line, bytes)]
        return sorted(int(word) for line in lines for word in line.split() if word.isdigit())

    def arrivals(self, uids: Sequence[int]) -> dict[int, datetime]:
        return arrivals_in(self._asked("FETCH", _set_of(uids), "(UID INTERNALDATE)"))

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        try:
            found = sizes_in(self._asked("FETCH", _set_of(uids), "(UID RFC822.SIZE)"))
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            # Of one among them it cannot say.
            half = len(uids) // 2
            found = {**self.sizes(uids[:half]), **self.sizes(uids[half:])} if half else {}
        return {uid: found.get(uid, 0) for uid in uids}

    def mails(self, sizes: Mapping[int, int]) -> list[Fetched]:
        most = self._most_bytes
        found = self._bodies([uid for uid, size in sizes.items() if size <= most], most + 1)
        found |= self._bodies([uid for uid, size in sizes.items() if size > most], BEGINNING)
        return [_fetched(uid, sizes[uid], raw, most) for uid, raw in sorted(found.items())]

    def idle(self, seconds: float) -> None:
        try:
            self._opened(self._patience.silent_within)[0].idle_for(seconds)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            # Some say that they can and refuse it.
            self.has_idle = False

    def noop(self) -> None:
        self._opened(self._patience.silent_within)[0].noop()

    def break_off(self) -> None:
        self._is_over = True
        opened = self._client.sock if self._client is not None else self._socket
        with contextlib.suppress(OSError, AttributeError, ValueError):
            if opened is not None:
                # TLS's own way would let a thread that is about to say something say it without TLS.
                socket.socket.shutdown(opened, socket.SHUT_RDWR)

    def hang_up(self) -> None:
        with contextlib.suppress(OSError, AttributeError, ValueError):
            if self._client is not None:
                self._client.shutdown()
        with contextlib.suppress(OSError):
            if self._socket is not None:
                self._socket.close()

    def _bodies(self, uids: Sequence[int], most: int) -> dict[int, bytes | None]:
        """Return some mails as far as `most` bytes: one by one where the server does not give them together, None for one that it does not give at all."""
        if not uids:
            return {}
        try:
            found = mails_in(self._asked("FETCH", _set_of(uids), f"(UID BODY.PEEK[]<0.{most}>)"))
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            if len(uids) == 1:
                return {uids[0]: None}
            return {uid: raw for each in uids for uid, raw in self._bodies([each], most).items()}
        missing = [uid for uid in uids if uid not in found]
        if missing:
            # Gone since we looked; what is still there was held back.
            found |= dict.fromkeys(set(missing) & set(self.search(f"UID {_set_of(missing)}")))
        return {uid: found[uid] for uid in uids if uid in found}

    def _asked(self, command: str, *arguments: str) -> list[object]:
        verdict, answer = self._opened(self._patience.silent_at_work_within)[0].uid(command, *arguments)
        if verdict != "OK":
            raise imaplib.IMAP4.error(f"{command} was refused: {words_of(imaplib.IMAP4.error(*answer))}")
        return list(answer)

    def _opened(self, silent_within: float) -> tuple[ImapClient, Wrapped]:
        if self._client is None or self._box is None or self._is_over:
            raise OSError("the connection is closed")
        self._client.sock.settimeout(silent_within)
        return self._client, self._box


def _fetched(uid: int, stated: int, raw: bytes | None, most: int) -> Fetched:
    """Return what was fetched of a mail; how large it is, some servers only guess."""
    if raw is None:
        return Fetched(uid, stated, None)
    if stated > most and len(raw) >= BEGINNING:
        return Fetched(uid, max(stated, len(raw)), raw)
    return Fetched(uid, len(raw), raw[:BEGINNING] if len(raw) > most else raw)


def _sign_in(client: ImapClient, box: Wrapped, credentials: Credentials, port: int) -> None:
    user, secret = credentials.user, credentials.secret
    is_xoauth2 = "AUTH=XOAUTH2" in client.capabilities or "AUTH=OAUTHBEARER" not in client.capabilities
    reasons: list[str] = []

    def token(challenge: bytes) -> bytes:
        if challenge:
            # A refusal is a challenge that holds the reason, and has to be answered before the server says NO (RFC 7628 §3.2.3).
            reasons.append(_reason(challenge))
            return b"" if is_xoauth2 else b"\x01"
        begin = f"user={user}\x01" if is_xoauth2 else f"n,a={user},\x01host={client.host}\x01port={port}\x01"
        return f"{begin}auth=Bearer {secret}\x01\x01".encode()

    try:
        if credentials.is_token:
            client.authenticate("XOAUTH2" if is_xoauth2 else "OAUTHBEARER", token)
        elif f"{user}{secret}".isascii() and f"{user}{secret}".isprintable():
            box.login(user, secret, initial_folder=None)
        else:
            box.login_utf8(user, secret, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, ImapToolsError) as refusal:
        raise SignInRefused(f"the sign-in was refused: {' '.join([words_of(refusal), *reasons])}") from None


def _reason(challenge: bytes) -> str:
    try:
        said = json.loads(challenge)
    except ValueError:
        return ""
    return f"(status {str(said['status'])[:40]})" if isinstance(said, dict) and "status" in said else ""


def _number(said: Sequence[object] | None) -> int:
    first = said[-1] if said else None
    return int(first) if isinstance(first, bytes) and first.isdigit() else 0


def _set_of(uids: Sequence[int]) -> str:
    return ",".join(map(str, uids))
