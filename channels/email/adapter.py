"""The e-mail adapter: reads mails, hands replies to the inbox's SMTP server."""

from collections.abc import Sequence
from dataclasses import replace

from channels.contract import Accepted, Account, Inbound, InboundMessage, Manifest, OutboundMessage, RawPayload, Renew
from channels.email.compose import compose, mailbox
from channels.email.framing import opened, size_of_whole
from channels.email.manifest import MANIFEST, EmailSettings
from channels.email.oauth import AccessTokens
from channels.email.parse import message_of, read_mail
from channels.email.receipts import receipts_of
from channels.email.returns import delivery_tokens, return_address
from channels.email.smtp import SmtpServers
from kernel.clock import Clock

_TIMEOUT = 27.0  # twice this, for what comes before a mail and for the mail, is within what the outbox waits


class EmailAdapter:
    """Reads mail that came by SMTP, LMTP or IMAP, and sends by SMTP."""

    def __init__(self, clock: Clock, *, renew: Renew | None = None, timeout_seconds: float = _TIMEOUT) -> None:
        """`renew` keeps a consent that the provider replaced."""
        self._clock = clock
        self._servers = SmtpServers(timeout_seconds)
        self._renew = renew
        self._tokens: dict[int, AccessTokens] = {}

    @property
    def manifest(self) -> Manifest:
        """Its word about itself."""
        return MANIFEST

    def read(self, account: Account, payload: RawPayload) -> Sequence[Inbound]:
        """Return the one message in a mail, or what a mail server reports on one of ours; it always says something, if only that it is broken."""
        envelope, raw = opened(payload)
        mail = read_mail(raw, envelope)
        if reported := receipts_of(account, payload, mail.judgement, delivery_tokens(mail.root, envelope)):
            return reported
        message = message_of(account, payload, envelope, mail)
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
        # Who has it is named in it, and does not get it again.
        others = {mailbox("", one.address).addr_spec: one.address for one in message.others if not one.has_it}
        refused = await self._servers.send(settings, sender, recipient, content, tuple(others), self._tokens_of(account, settings))
        return Accepted(vendor_id=message.external_id, refused={others[address]: words for address, words in refused.items()})

    def _tokens_of(self, account: Account, settings: EmailSettings) -> AccessTokens | None:
        if not settings.sends_by_token:
            return None

        async def keep(refresh_token: str) -> None:
            if self._renew is not None:
                await self._renew(account.inbox_id, {"oauth_refresh_token": refresh_token})

        known = self._tokens.get(account.inbox_id)
        if known is None or not known.serve(settings):
            known = self._tokens[account.inbox_id] = AccessTokens(settings, self._clock, keep)
        return known

    async def close(self) -> None:
        """Hang up on mail servers."""
        await self._servers.close()
