"""The e-mail adapter: reads mails, hands replies to the inbox's SMTP server."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import aiosmtplib

from channels.contract import Accepted, Account, Inbound, InboundMessage, Manifest, OutboundMessage, RawPayload
from channels.email.compose import compose, mailbox
from channels.email.framing import size_of_whole
from channels.email.manifest import MANIFEST, EmailSettings, Security
from channels.email.parse import parse
from channels.email.returns import return_address
from kernel.clock import Clock
from kernel.errors import Unavailable, Undeliverable

_TIMEOUT = 30.0
# Refusals of us, not of the mail: a password that was changed, a server that does not know us yet. The mail waits.
_OF_US = frozenset({421, 454, 530, 534, 535, 538})


class EmailAdapter:
    """Reads mail that came by SMTP, LMTP or IMAP, and sends by SMTP."""

    def __init__(self, clock: Clock, *, timeout_seconds: float = _TIMEOUT) -> None:
        self._clock = clock
        self._timeout = timeout_seconds

    @property
    def manifest(self) -> Manifest:
        """Its word about itself."""
        return MANIFEST

    def read(self, account: Account, payload: RawPayload) -> Sequence[Inbound]:
        """Return the one message in a mail; it always says something, if only that it is broken."""
        message = parse(account, payload)
        size = size_of_whole(payload)
        if size is None:
            return [message]
        # A file that is cut off says nothing, or worse.
        words = f"The mail has {size / 1_000_000:.0f} MB, more than is taken in: only its beginning is here, without files. The whole mail is in the mailbox."
        return [replace(message, files=(), warnings=(words, *message.warnings))]

    async def complete(self, account: Account, message: InboundMessage) -> InboundMessage:
        """Return the message as it is: a mail brings everything along."""
        return message

    def external_id(self, account: Account, message_id: int, reply_token: str) -> str:
        """Return our Message-ID, which carries the reply token: `<c.TOKEN.ID@DOMAIN>`."""
        domain = account.address.rpartition("@")[2]
        return f"<c.{reply_token}.{message_id}@{domain.encode('idna').decode('ascii') if not domain.isascii() else domain}>"

    async def send(self, account: Account, message: OutboundMessage) -> Accepted:
        """Hand a reply to the inbox's SMTP server; a repeat carries the same Message-ID, so that a second copy can be known as one.

        Raises:
            Unavailable: the server cannot be reached, says 4xx, refuses us as a client, or the connection broke, whether before or after the mail.
            Undeliverable: the server says 5xx to this mail; the sentence is its words.
        """
        settings = EmailSettings.model_validate(dict(account.settings))
        content = compose(account, message)
        sender = mailbox("", return_address(account, message.delivery_token)).addr_spec
        recipient = mailbox("", message.recipient).addr_spec
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
        except (aiosmtplib.SMTPException, OSError, ValueError) as trouble:
            client.close()
            what = "does not take our sign-in" if isinstance(trouble, aiosmtplib.SMTPAuthenticationError) else "cannot be reached"
            raise Unavailable(f"The mail server {settings.smtp_host} {what}: {_words(trouble)}") from trouble
        try:
            await client.sendmail(sender, [recipient], content)
        except (aiosmtplib.SMTPException, OSError) as trouble:
            raise _fault(trouble) from trouble
        finally:
            client.close()
        return Accepted(vendor_id=message.external_id)

    async def close(self) -> None:
        """Hold nothing: each reply has its own connection."""


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
    return (str(getattr(trouble, "message", "")) or str(trouble) or type(trouble).__name__)[:500]
