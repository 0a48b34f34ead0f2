"""The hub's refusals."""

from kernel.errors import Conflict, Invalid, TooLarge


class InboxOff(Conflict):
    """An inbox that was switched off takes and sends nothing."""

    code = "inbox.off"

    def __init__(self, inbox_id: int) -> None:
        super().__init__("This inbox is switched off.", inbox_id=str(inbox_id))


class AddressTaken(Conflict):
    """Two inboxes of one channel cannot have the same address."""

    code = "inbox.address_taken"

    def __init__(self, address: str) -> None:
        super().__init__("There is already an inbox with this address on this channel.", address=address)


class StaleReply(Conflict):
    """Somebody wrote while the reply was being written."""

    code = "reply.stale"

    def __init__(self, newer_ids: list[int]) -> None:
        super().__init__("The case changed while you wrote. Read what is new, then send again with confirm.", newer_ids=[str(i) for i in newer_ids])
        self.newer_ids = newer_ids


class Unreachable(Conflict):
    """The chosen way to the customer is not there (any more)."""

    code = "reply.unreachable"

    def __init__(self) -> None:
        super().__init__("The customer cannot be reached this way. Choose another of the case's reply options.")


class TooLate(Conflict):
    """The undo window has passed."""

    code = "reply.too_late"

    def __init__(self) -> None:
        super().__init__("This reply is already on its way and cannot be called back.")


class NotFailed(Conflict):
    """Only a failed delivery is tried again by hand."""

    code = "reply.not_failed"

    def __init__(self) -> None:
        super().__init__("Only a reply that failed can be sent again.")


class UnfitReply(Invalid):
    """The text does not fit the channel."""

    code = "reply.unfit"


class AlreadyReplayed(Conflict):
    """A dead letter is replayed once."""

    code = "dead_letter.already_replayed"

    def __init__(self) -> None:
        super().__init__("This dead letter was replayed already.")


class ChatTooLong(TooLarge):
    """A visitor's message is longer than the channel takes."""

    code = "chat.too_long"


class ChatRefused(Invalid):
    """A visitor's message makes no sense."""

    code = "chat.refused"


class UnknownKind(Invalid):
    """A webhook was to be subscribed to a kind of event that there is none of."""

    code = "webhook.unknown_kind"

    def __init__(self, kind: str) -> None:
        super().__init__("There is no such kind of event. Name one of the feed's kinds, or * for all.", kind=kind[:80])


class TooManyWebhooks(Conflict):
    """There are as many webhooks as one desk may have."""

    code = "webhook.too_many"

    def __init__(self, most: int) -> None:
        super().__init__(f"A desk has at most {most} webhooks. Delete one that is not needed.", most=most)
