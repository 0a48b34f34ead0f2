"""Vendors that take everything and send nothing: what leaves the demo desk's own inboxes goes nowhere."""

from collections.abc import Callable, Sequence

from channels.contract import Accepted, Account, Adapter, Inbound, InboundMessage, Manifest, OutboundMessage, RawPayload, Webhook, WebhookAnswer, WebhookRequest
from channels.registry import Registry
from kernel.clock import Clock
from kernel.config import Settings

PRETENDS = "demo-"
Sent = Callable[[OutboundMessage], None]


def vendor_id(message_id: int) -> str:
    """Return the id under which a pretend vendor accepts a message."""
    return f"{PRETENDS}{message_id}"


class PretendAdapter:
    """A channel's adapter that keeps what the demo desk's inboxes send to itself; all else it leaves to the real one."""

    def __init__(self, real: Adapter, sent: Sent | None) -> None:
        self._real = real
        self._sent = sent

    @property
    def manifest(self) -> Manifest:
        """The real one's word about itself."""
        return self._real.manifest

    def read(self, account: Account, payload: RawPayload) -> Sequence[Inbound]:
        """Return what a payload says.

        Raises:
            Unreadable: it cannot be understood.
        """
        return self._real.read(account, payload)

    async def complete(self, account: Account, message: InboundMessage) -> InboundMessage:
        """Return the message with its remote files fetched.

        Raises:
            Unavailable: the vendor cannot give them now.
        """
        return await self._real.complete(account, message)

    def external_id(self, account: Account, message_id: int, reply_token: str) -> str:
        """Return our own name for an outbound message."""
        return self._real.external_id(account, message_id, reply_token)

    async def send(self, account: Account, message: OutboundMessage) -> Accepted:
        """Accept for an inbox of the demo desk under a made-up id; hand the rest to the real vendor.

        Raises:
            Unavailable, Undeliverable: as the real one says.
        """
        if not account.key.startswith(PRETENDS):
            return await self._real.send(account, message)
        if self._sent is not None:
            self._sent(message)
        return Accepted(vendor_id=vendor_id(message.message_id))

    async def close(self) -> None:
        """Give back the real one's connections."""
        await self._real.close()


class PretendWebhook(PretendAdapter):
    """The same for an adapter that a vendor calls."""

    def __init__(self, real: Adapter, hook: Webhook, sent: Sent | None) -> None:
        super().__init__(real, sent)
        self._hook = hook

    def verify(self, account: Account, request: WebhookRequest) -> None:
        """Check the signature.

        Raises:
            BadSignature: it does not fit.
        """
        self._hook.verify(account, request)

    def answer(self, tail: str) -> WebhookAnswer:
        """Return what the vendor expects to hear."""
        return self._hook.answer(tail)


class PretendRegistry(Registry):
    """The channels, of which the demo desk's own inboxes pretend to send; `sent` is told what they would have."""

    def __init__(self, settings: Settings, clock: Clock, sent: Sent | None = None) -> None:
        super().__init__(settings, clock)
        self._sent = sent
        self._pretending: dict[str, PretendAdapter] = {}

    def adapter(self, channel: str) -> Adapter:
        """Return a channel's adapter, pretending where it is asked to.

        Raises:
            UnknownChannel: there is none of that name.
        """
        real = super().adapter(channel)
        pretending = PretendWebhook(real, real, self._sent) if isinstance(real, Webhook) else PretendAdapter(real, self._sent)
        return self._pretending.setdefault(channel, pretending)

    async def close(self) -> None:
        """Close every adapter that was built."""
        self._pretending.clear()
        await super().close()
