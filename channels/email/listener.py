"""The door for mail that is delivered to us: SMTP and LMTP in our own event loop; 250 is said only after the mail is kept."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from typing import Any, AnyStr

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Session
from aiosmtpd.smtp import Envelope as SmtpEnvelope

from channels.contract import Account, RawPayload, Receive
from channels.email.framing import FRAMED, Envelope, framed
from channels.participants import forms_of
from kernel.clock import Clock
from kernel.errors import Fault

log = structlog.get_logger()

FindAccount = Callable[[str], Awaitable[Account | None]]
"""Given an address in lower case, returns the inbox that has it, or None; may raise StorageUnavailable."""

_END = b"\r\n.\r\n"
_LATER = "451 4.3.0 The mail was not kept; please try again later"
_KEPT = "250 2.0.0 Kept"
_UNKNOWN = "550 5.1.1 No such mailbox here"
# RFC 5321 §4.5.3.2.7 asks for five minutes; it is also all the time that one mail has to arrive in.
SILENT_WITHIN = 300.0
_MOST_RECIPIENTS = 100
# `<a.b@c.example>` and what follows it, as nearly every sender writes it.
_WORD, _LABEL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+", r"[A-Za-z0-9-]+"
_PLAIN_PATH = re.compile(rf"<({_WORD}(?:\.{_WORD})*@{_LABEL}(?:\.{_LABEL})*)>(?: +([^()]*))?")
_MOST_CONNECTIONS = 200
_CLOSING = "421 4.3.2 This server is closing, come again later"
_DONE_WITHIN = 5.0  # seconds, when we close
# No command is longer, and no honest sender says more of them before it waits for an answer.
_LONGEST_TALK = 65_536
_FREE_BYTES = 262_144
_MOST_UNFINISHED = 256 * 1024 * 1024


class MailDoor:
    """Listens for mail to our inboxes, by SMTP, by LMTP or by both."""

    def __init__(self, find_account: FindAccount, receive: Receive, clock: Clock, *, max_bytes: int, hostname: str = "kindred") -> None:
        self._find_account = find_account
        self._receive = receive
        self._clock = clock
        self._max_bytes = max_bytes
        self._hostname = hostname
        self._servers: list[asyncio.Server] = []
        self._crowd = _Crowd()

    async def listen(self, host: str, port: int, *, is_lmtp: bool = False) -> int:
        """Open a port (0 for any that is free) and return its number."""
        source = "email/lmtp" if is_lmtp else "email/smtp"
        handler = _Handler(self._find_account, self._receive, self._clock, source)
        kind = _Lmtp if is_lmtp else _Smtp
        loop = asyncio.get_running_loop()

        def connection() -> SMTP:
            return kind(
                self._crowd, handler, loop=loop, hostname=self._hostname, ident="Kindred", data_size_limit=self._max_bytes, enable_SMTPUTF8=True,
                timeout=SILENT_WITHIN,
            )  # fmt: skip

        server = await loop.create_server(connection, host, port)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Take no more connections, and end those that are open once what they brought is kept; one that has not heard its answer will be tried again."""
        for server in self._servers:
            server.close()
        # Since Python 3.12 the end of a server is that of its last connection: silent ones would have to be waited for.
        await self._crowd.dismiss()
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()


class _Handler:
    """What is done at each step of a delivery; aiosmtpd calls it by these names."""

    def __init__(self, find_account: FindAccount, receive: Receive, clock: Clock, source: str) -> None:
        self._find_account = find_account
        self._receive = receive
        self._clock = clock
        self._source = source

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: SmtpEnvelope, address: str, options: list[str]) -> str:  # noqa: N802  # aiosmtpd's name
        """Take a recipient that is an inbox of ours."""
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        try:
            account = await self._account(address)
        except Fault:
            return _LATER
        if account is None:
            return _UNKNOWN
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: SmtpEnvelope) -> str:  # noqa: N802
        """Keep the mail once for each inbox it is for; SMTP has one answer for all recipients, LMTP one for each (RFC 2033 §4.2)."""
        inboxes: dict[int, list[str]] = {}
        owner: dict[str, int | None] = {}
        for recipient in envelope.rcpt_tos:
            account = await self._account(recipient)
            owner[recipient] = account.inbox_id if account else None
            if account:
                inboxes.setdefault(account.inbox_id, []).append(recipient)
        kept = {inbox_id for inbox_id, recipients in inboxes.items() if await self._keep(inbox_id, recipients, envelope)}
        answers = [_KEPT if owner[recipient] in kept else _LATER for recipient in envelope.rcpt_tos]
        if isinstance(server, LMTP):
            return "\r\n".join(answers)
        # When one inbox failed, the sender repeats for all; what was kept already is known by its Message-ID and dropped.
        return _LATER if _LATER in answers else _KEPT

    async def _keep(self, inbox_id: int, recipients: list[str], envelope: SmtpEnvelope) -> bool:
        body = framed(Envelope(sender=envelope.mail_from or "", recipients=tuple(recipients)), bytes(envelope.original_content or b""))
        try:
            await self._receive(inbox_id, RawPayload(source=self._source, content_type=FRAMED, body=body, received_at=self._clock.now()))
        except Fault as fault:
            log.warning("mail not kept", inbox_id=inbox_id, source=self._source, code=fault.code)
            return False
        return True

    async def _account(self, recipient: str) -> Account | None:
        for address in forms_of(recipient):
            account = await self._find_account(address)
            if account is not None:
                return account
        return None


class _Crowd:
    """The open connections of a door, oldest first, and what unfinished mails hold in memory together beside a share that is free for each."""

    def __init__(self) -> None:
        self.open: dict[_Door, None] = {}
        self.is_closing = False
        self._left = asyncio.Event()
        self._unfinished = 0

    def enter(self, door: "_Door") -> None:
        """Let a connection in; of too many the oldest that keeps us waiting has to go."""
        if len(self.open) >= _MOST_CONNECTIONS:
            waiting = next((one for one in self.open if one.is_awaited), door)
            self.leave(waiting)
            waiting.end("421 4.7.0 Too many connections, come again later")
        if not door.is_ended:
            self.open[door] = None

    def leave(self, door: "_Door") -> None:
        """Forget a connection."""
        self.open.pop(door, None)
        self._left.set()

    async def dismiss(self) -> None:
        """End all connections: those that keep us waiting now, those at work when they are done, and what is left after a while without a word."""
        self.is_closing = True
        for door in tuple(self.open):
            if door.is_awaited:
                door.end(_CLOSING)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DONE_WITHIN):
                while self.open:
                    self._left.clear()
                    await self._left.wait()
        for door in tuple(self.open):
            door.abort()

    def has_room(self, held: int, more: int) -> bool:
        """Take down that a connection holds more than before; say whether there is room for it."""
        over = max(0, held + more - _FREE_BYTES) - max(0, held - _FREE_BYTES)
        self._unfinished += over
        return over <= 0 or self._unfinished <= _MOST_UNFINISHED


class _Door(SMTP):
    """aiosmtpd with its own line limit lifted (it refused 22 of 2,365 real mails), with nothing told to the sender about what failed, and with bounds.

    The library reads a line until it ends, in a mail to any length and as a command up to the line limit, and has no limit of connections.
    """

    def __init__(self, crowd: _Crowd, handler: _Handler, **more: Any) -> None:
        self._crowd = crowd
        self._held = 0
        self._tail = b""
        self._is_mail = False
        self.is_awaited = True
        self.is_ended = False
        super().__init__(handler, **more)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, unless there are too many already."""
        super().connection_made(transport)
        self._crowd.enter(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget what was held."""
        self._crowd.leave(self)
        self._let_go()
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Take bytes, or end the connection of a sender who says more at a stretch than anybody has to say; what is too large for a mail is passed over."""
        if self.is_ended:
            return
        if self._is_mail and self._held > 2 * (self.data_size_limit or 0):
            self._pass_over(data)
            return
        has_room = self._crowd.has_room(self._held, len(data))
        self._held += len(data)
        if not has_room:
            self.end("421 4.3.1 Too much mail at once, come again later")
        elif self._held > _LONGEST_TALK and not self._is_mail:
            self.end("500 5.5.6 Too long")
        else:
            self._tail = data[-4:]
            super().data_received(data)

    def _pass_over(self, data: bytes) -> None:
        """Wait for the end of the mail and keep nothing: its sender is to hear that it is too large, or would send it again."""
        seen = self._tail + data
        at = seen.find(_END)
        self._tail = seen[-4:]
        if at >= 0:
            super().data_received(seen[at:])

    def end(self, last_words: str) -> None:
        """Say something and hang up, without waiting for the sender to listen."""
        self.is_ended = True
        if isinstance(self.transport, asyncio.Transport):
            self.transport.write(last_words.encode() + b"\r\n")
            self.transport.close()

    def abort(self) -> None:
        """Hang up without a word."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """Take the mail: only here may much be said at a stretch."""
        self._is_mail = True
        try:
            await super().smtp_DATA(arg)
        finally:
            self._is_mail = False
            self._let_go()
            if self._crowd.is_closing:
                self.end(_CLOSING)

    async def _call_handler_hook(self, command: str, *more: Any) -> Any:
        self.is_awaited = False
        try:
            return await super()._call_handler_hook(command, *more)
        finally:
            self.is_awaited = True

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        # The library reads every address with a parser for all of RFC 5322, three times slower than the rest of a mail's way through the door.
        plain = _PLAIN_PATH.fullmatch(arg) if self.local_part_limit == 0 else None
        return (plain[1], plain[2] or "") if plain else super()._getaddr(arg)

    def _timeout_cb(self) -> None:
        # Closing would wait for a sender who takes none of our answers.
        self.abort()

    def _reset_timeout(self, duration: float | None = None) -> None:
        # Called for each command that is one: what came before is done with.
        super()._reset_timeout(duration)
        self._let_go()

    def _let_go(self) -> None:
        self._crowd.has_room(self._held, -self._held)
        self._held = 0

    async def handle_exception(self, error: Exception) -> str:
        """Ask for the mail again, whatever went wrong."""
        log.error("mail door failed", error=type(error).__name__, exc_info=error)
        return _LATER

    @property
    def line_length_limit(self) -> int:  # type: ignore[override]  # a class attribute there; the size limit bounds a line well enough
        return max(1001, getattr(self, "data_size_limit", None) or 32 * 1024 * 1024)


class _Smtp(_Door):
    """The SMTP side."""


class _Lmtp(LMTP, _Door):
    """The LMTP side: every refusal after DATA is said once for each recipient (RFC 2033 §4.2)."""

    _answers = 0

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """Take the mail."""
        self._answers = len(self.envelope.rcpt_tos) if self.envelope else 0
        try:
            await super().smtp_DATA(arg)
        finally:
            self._answers = 0

    async def push(self, status: AnyStr) -> None:
        """Say a line; a size refusal as often as there are recipients."""
        is_refusal = str(status).startswith(("552 ", "500 Line"))
        for _ in range(max(1, self._answers) if is_refusal else 1):
            await super().push(status)

    async def handle_exception(self, error: Exception) -> str:
        """Ask for the mail again, once for each recipient when it was being taken."""
        answer = await super().handle_exception(error)
        recipients = len(self.envelope.rcpt_tos) if self.envelope and self.envelope.content is not None else 1
        self._set_post_data_state()  # type: ignore[no-untyped-call]
        return "\r\n".join([answer] * max(1, recipients))
