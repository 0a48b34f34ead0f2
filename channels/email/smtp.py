"""Mail servers that take our mails: a connection that has just served serves the next mail too."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

import aiosmtplib

from channels.email.manifest import EmailSettings, Security
from channels.email.oauth import AccessTokens
from kernel.errors import Unanswered, Unavailable, Undeliverable

# Most servers hang up after a few minutes of silence; who sends the next mail within this is spared the sign-in.
_KEPT_SECONDS = 20.0
_MOST_KEPT = 2  # of each server
# Refusals of us, not of the mail: a password that was changed, a server that does not know us yet. The mail waits.
_OF_US = frozenset({421, 454, 530, 534, 535, 538})
_LONGEST_WORDS = 500
_HANGS_UP = 421
_START_OVER_WITHIN = 5.0  # seconds
# A server that took a mail and could not say so (RFC 1047): what is told by its reports or by an answer comes within minutes, or not at all.
_SIGN_WITHIN = timedelta(minutes=10)

_Key = tuple[str, int, str, str, str, str]
_TROUBLE = (aiosmtplib.SMTPException, OSError)


class _NoWord(aiosmtplib.SMTPException):
    """The connection ended between the mail and the word on it."""


class SmtpServers:
    """Hands mails to servers, over connections that are kept for a moment."""

    def __init__(self, timeout_seconds: float) -> None:
        self._timeout = timeout_seconds
        self._start_over_within = min(timeout_seconds / 4, _START_OVER_WITHIN)
        self._idle: dict[_Key, list[aiosmtplib.SMTP]] = defaultdict(list)
        self._timers: dict[aiosmtplib.SMTP, asyncio.TimerHandle] = {}

    async def send(
        self, settings: EmailSettings, sender: str, recipient: str, mail: bytes, others: Sequence[str] = (), tokens: AccessTokens | None = None
    ) -> dict[str, str]:
        """Hand over a mail to its recipient and to others; return which of the others the server refused, with its words.

        It is the recipient's mail: when the server does not take it for them, nobody gets it.

        Raises:
            Unavailable: the server cannot be reached, says 4xx, refuses us as a client, or the connection broke, whether before or after the mail.
            Undeliverable: the server says 5xx to this mail; the sentence is its words.
        """
        key, client = _key(settings), None
        try:
            # All that comes before the mail is bounded as a whole: called off in the middle of the mail itself, nobody would know whether it was taken.
            async with asyncio.timeout(self._timeout):
                client = await self._kept(key) or await self._connected(settings, tokens)
                refused = await _address(client, sender, recipient, len(mail), others)
            await _give(client, mail)
        except _TROUBLE as trouble:
            if client is not None:
                await self._start_over(key, client, trouble)
            raise _fault(trouble) from trouble
        except BaseException:
            # Called off in the middle: what would be said next belongs to this mail.
            if client is not None:
                client.close()
            raise
        self._keep(key, client)
        return refused

    async def _start_over(self, key: _Key, client: aiosmtplib.SMTP, trouble: Exception) -> None:
        """Take back a mail that was refused: said over again, the connection serves the next one."""
        if isinstance(trouble, aiosmtplib.SMTPResponseException) and trouble.code != _HANGS_UP and client.is_connected:
            try:
                await client.rset(timeout=self._start_over_within)
            except _TROUBLE:
                client.close()
            else:
                self._keep(key, client)
                return
        client.close()

    async def close(self) -> None:
        """Hang up."""
        for clients in self._idle.values():
            while clients:
                self._let_go(clients.pop())
        self._idle.clear()

    async def _kept(self, key: _Key) -> aiosmtplib.SMTP | None:
        """Return a kept connection that still answers: a mail is never tried on one that may be gone, since nobody could say how far it came."""
        while self._idle[key]:
            client = self._idle[key].pop()
            self._timers.pop(client).cancel()
            try:
                await client.rset(timeout=self._start_over_within)
            except _TROUBLE:
                client.close()
            except BaseException:
                client.close()
                raise
            else:
                return client
        return None

    async def _connected(self, settings: EmailSettings, tokens: AccessTokens | None) -> aiosmtplib.SMTP:
        token = await tokens.get() if tokens else None
        client = aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            use_tls=settings.smtp_security is Security.TLS,
            start_tls=settings.smtp_security is Security.STARTTLS,
            username=None if token else settings.smtp_user or None,
            password=settings.smtp_password.get_secret_value() if settings.smtp_password and not token else None,
            timeout=self._timeout,
        )
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await _greet(client)
            if token:
                await client.auth_xoauth2(settings.smtp_user, token)
        except (*_TROUBLE, ValueError) as trouble:
            client.close()
            is_refused = isinstance(trouble, aiosmtplib.SMTPAuthenticationError)
            if tokens and is_refused:
                tokens.forget()
            what = "does not take our sign-in" if is_refused else "cannot be reached"
            raise Unavailable(f"The mail server {settings.smtp_host} {what}: {_words(trouble)}") from trouble
        except BaseException:
            client.close()
            raise
        return client

    def _keep(self, key: _Key, client: aiosmtplib.SMTP) -> None:
        if len(self._idle[key]) >= _MOST_KEPT or not client.is_connected:
            client.close()
            return
        self._idle[key].append(client)
        self._timers[client] = asyncio.get_running_loop().call_later(_KEPT_SECONDS, self._forget, key, client)

    def _forget(self, key: _Key, client: aiosmtplib.SMTP) -> None:
        self._idle[key].remove(client)
        self._let_go(client)

    def _let_go(self, client: aiosmtplib.SMTP) -> None:
        self._timers.pop(client).cancel()
        client.close()


async def _greet(client: aiosmtplib.SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        await client.helo()


async def _address(client: aiosmtplib.SMTP, sender: str, recipient: str, size: int, others: Sequence[str]) -> dict[str, str]:
    await client.mail(sender, options=[f"size={size}"] if client.supports_extension("size") else [])
    await client.rcpt(recipient)
    refused = {}
    for other in others:
        try:
            await client.rcpt(other)
        except aiosmtplib.SMTPRecipientRefused as trouble:
            if trouble.code == _HANGS_UP:
                raise
            refused[other] = f"{trouble.code} {_words(trouble)}"
    return refused


async def _give(client: aiosmtplib.SMTP, mail: bytes) -> None:
    try:
        await client.data(mail)
    except OSError as trouble:  # the library's own words for an end and for silence are of this kind too
        raise _NoWord(str(trouble)) from trouble


def _key(settings: EmailSettings) -> _Key:
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else ""
    return settings.smtp_host, settings.smtp_port, settings.smtp_security.value, settings.smtp_sign_in.value, settings.smtp_user, password


def _fault(trouble: Exception) -> Unavailable | Undeliverable:
    """Sort what went wrong by its remedy."""
    code = trouble.code if isinstance(trouble, aiosmtplib.SMTPResponseException) else 0
    if 500 <= code < 600 and code not in _OF_US:
        return Undeliverable(f"{code} {_words(trouble)}")
    if code:
        return Unavailable(f"{code} {_words(trouble)}", retry_after=timedelta(minutes=1))
    if isinstance(trouble, _NoWord):
        return Unanswered("The mail server was given the mail and has not said whether it took it.", retry_after=_SIGN_WITHIN)
    if isinstance(trouble, TimeoutError):
        return Unavailable("The mail server did not answer in time.")
    return Unavailable(f"The connection to the mail server broke: {_words(trouble)}")


def _words(trouble: Exception) -> str:
    return (str(getattr(trouble, "message", "")) or str(trouble) or type(trouble).__name__)[:_LONGEST_WORDS]
