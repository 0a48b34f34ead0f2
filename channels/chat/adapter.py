"""Carries the web chat, which needs no carrying: the visitor's socket listens to our own event feed."""

from collections.abc import Sequence

from channels.chat import parse
from channels.chat.manifest import MANIFEST
from channels.contract import Accepted, Account, Inbound, InboundMessage, Manifest, OutboundMessage, RawPayload
from kernel.clock import Clock
from kernel.config import Settings
from kernel.errors import Undeliverable


class ChatAdapter:
    """The web chat; who the visitor is has been proven at the edge, before anything comes here."""

    manifest: Manifest = MANIFEST

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    def read(self, account: Account, payload: RawPayload) -> Sequence[Inbound]:
        """Return the visitor's message.

        Raises:
            Unreadable: no ids, no text, or more text than the channel takes.
        """
        return [parse.message(account.inbox_id, payload)]

    async def complete(self, account: Account, message: InboundMessage) -> InboundMessage:
        """Return the message as it is: it has no remote files."""
        return message

    def external_id(self, account: Account, message_id: int, reply_token: str) -> str:
        """Return a name of our own; the widget knows messages by their ids."""
        return f"kindred:{message_id}"

    async def send(self, account: Account, message: OutboundMessage) -> Accepted:
        """Accept at once: the event feed shows it to the visitor, now or when they come back.

        Raises:
            Undeliverable: it has files.
        """
        if message.files:
            raise Undeliverable("The web chat carries no files.")
        return Accepted(vendor_id=f"chat:{message.message_id}")

    async def close(self) -> None:
        """Do nothing: there are no connections."""
