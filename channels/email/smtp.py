"""Mail servers that take our mails: a connection that has just served serves the next mail too."""

import asyncio
from collections import defaultdict
from datetime import timedelta

import aiosmtplib

from channels.email.manifest import EmailSettings, Security
from kernel.errors import Unavailable, Undeliverable

# Most servers hang up after a few minutes of silence; who sends the next mail within this is spared the sign-in.
_KEPT_SECONDS = 20.0
_MOST_KEPT = 2  # of each server
# Refusals of us, not of the mail: a password that was changed, a server that does not know us yet. The mail waits.
_OF_US = frozenset({421, 454, 530, 534, 535, 538})
_LONGEST_WORDS = 500

_Key = tuple[str, int, str, str, str]
_TROUBLE = (aiosmtplib.SMTPException, OSError)


class SmtpServers:
    """Hands mails to servers, over connections that are kept for a moment."""

    def __init__(self, timeout_seconds: float) -> None:
        self._timeout = timeout_seconds
        self._idle: dict[_Key, list[aiosmtplib.SMTP]] = defaultdict(list)
        self._timers: dict[aiosmtplib.SMTP, asyncio.TimerHandle] = {}

    async def send(self, settings: EmailSettings, sender: str, recipient: str, mail: bytes) -> None:
        """Hand over a mail.

        Raises:
            Unavailable: the server cannot be reached, says 4xx, refuses us as a client, or the connection broke, whether before or after the mail.
            Undeliverable: the server says 5xx to this mail; the sentence is its words.
        """
        key = _key(settings)
        client = await self._kept(key) or await self._connected(settings)
        try:
            await client.sendmail(sender, [recipient], mail)
        except _TROUBLE as trouble:
            client.close()
            raise _fault(trouble) from trouble
        except BaseException:
            # Called off in the middle: what would be said next belongs to this mail.
            client.close()
            raise
        self._keep(key, client)

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
                await client.rset()
            except _TROUBLE:
                client.close()
            else:
                return client
        return None

    async def _connected(self, settings: EmailSettings) -> aiosmtplib.SMTP:
        client = aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            use_tls=settings.smtp_security is Security.TLS,
            start_tls=settings.smtp_security is Security.STARTTLS,
            username=settings.smtp_user or None,
            password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
            timeout=self._timeout,
        )
        try:
            await client.connect()
        except (*_TROUBLE, ValueError) as trouble:
            client.close()
            what = "does not take our sign-in" if isinstance(trouble, aiosmtplib.SMTPAuthenticationError) else "cannot be reached"
            raise Unavailable(f"The mail server {settings.smtp_host} {what}: {_words(trouble)}") from trouble
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


def _key(settings: EmailSettings) -> _Key:
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else ""
    return settings.smtp_host, settings.smtp_port, settings.smtp_security.value, settings.smtp_user, password


def _fault(trouble: Exception) -> Unavailable | Undeliverable:
    """Sort what went wrong by its remedy."""
    refused = trouble.recipients[0] if isinstance(trouble, aiosmtplib.SMTPRecipientsRefused) and trouble.recipients else trouble
    code = refused.code if isinstance(refused, aiosmtplib.SMTPResponseException) else 0
    if 500 <= code < 600 and code not in _OF_US:
        return Undeliverable(f"{code} {_words(refused)}")
    if code:
        return Unavailable(f"{code} {_words(refused)}", retry_after=timedelta(minutes=1))
    return Unavailable(f"The connection to the mail server broke: {_words(trouble)}")


def _words(trouble: Exception) -> str:
    return (str(getattr(trouble, "message", "")) or str(trouble) or type(trouble).__name__)[:_LONGEST_WORDS]
