"""Where a message belongs: pure decisions over what it refers to and what is known."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from channels.contract import InboundMessage
from inbox.values import ConversationHint, Placement
from kernel.text import fold

SUBJECT_WINDOW = timedelta(days=7)
# Reply and forward marks of common mail programs: English, German, Scandinavian, Dutch, French, Spanish, Italian, Portuguese, Polish, Finnish, Turkish, Chinese.
_PREFIX = re.compile(
    r"^(?:(?:re|aw|sv|antw|antwort|fw|fwd|wg|tr|rv|rif|r|res|enc|odp|pd|vs|vl|ynt|ilt|回复|答复|转发|回覆|轉寄)\s*(?:\[\d{1,3}\])?\s*[:：]\s*)+", re.IGNORECASE
)


def fold_subject(subject: str | None) -> str | None:
    """Return a subject as threads are compared by it: without reply and forward marks, folded; None when nothing is left."""
    if not subject:
        return None
    return fold(_PREFIX.sub("", subject.strip()[:1000]))[:400] or None


class KnownThreads:
    """What a batch needs to know of conversations: fetched by set before, and added to as the batch opens its own."""

    def __init__(self, hints: Iterable[ConversationHint], by_key: Mapping[tuple[int, str], int], by_reference: Mapping[tuple[int, str], int]) -> None:
        self.hints = {hint.id: hint for hint in hints}
        self._by_key = dict(by_key)
        self._by_reference = dict(by_reference)

    def by_key(self, inbox_id: int, thread_key: str) -> ConversationHint | None:
        """Return the conversation of a channel's own thread."""
        return self._hint(self._by_key.get((inbox_id, thread_key)))

    def by_reference(self, inbox_id: int, external_id: str) -> ConversationHint | None:
        """Return the conversation that holds a message."""
        return self._hint(self._by_reference.get((inbox_id, external_id)))

    def by_subject(self, inbox_id: int, root_id: int, folded: str, since: datetime) -> ConversationHint | None:
        """Return the newest conversation of the same customer with the same subject."""
        found = [h for h in self.hints.values() if (h.inbox_id, h.root_id, h.folded_subject) == (inbox_id, root_id, folded) and h.last_message_at >= since]
        return max(found, key=lambda hint: hint.last_message_at, default=None)

    def add(self, hint: ConversationHint, thread_key: str) -> None:
        """Remember a conversation that this batch opened or moved on."""
        self.hints[hint.id] = hint
        self._by_key[(hint.inbox_id, thread_key)] = hint.id

    def refer(self, inbox_id: int, external_id: str, conversation_id: int) -> None:
        """Remember where a message of this batch went."""
        self._by_reference[(inbox_id, external_id)] = conversation_id

    def _hint(self, conversation_id: int | None) -> ConversationHint | None:
        return self.hints.get(conversation_id) if conversation_id is not None else None


def pick(message: InboundMessage, root_id: int, known: KnownThreads, id_of_token: Callable[[str], int | None], now: datetime) -> Placement:
    """Return the conversation that a message joins.

    In this order: the channel's own thread, a reply token, what it answers (nearest first), same subject and sender within
    seven days. A token or a reference from someone who is no party of that conversation never joins it: the message opens its
    own, marked, since whoever sees a message must not get into its thread by that alone.
    """
    if message.thread_key is not None:
        hint = known.by_key(message.inbox_id, message.thread_key)
        return Placement(conversation_id=hint.id, reason="same chat") if hint else Placement(conversation_id=None, reason="first message of this chat")
    stranger = False
    for hint, why in _referred(message, known, id_of_token):
        if hint.root_id == root_id:
            return Placement(conversation_id=hint.id, reason=why)
        stranger = True
    if stranger:
        return Placement(conversation_id=None, reason="answers a conversation whose customer is somebody else, so it stands alone", is_stranger=True)
    if folded := fold_subject(message.subject):
        same = known.by_subject(message.inbox_id, root_id, folded, now - SUBJECT_WINDOW)
        if same is not None:
            return Placement(conversation_id=same.id, reason="same subject and sender within 7 days")
    return Placement(conversation_id=None, reason="starts a conversation")


def _referred(message: InboundMessage, known: KnownThreads, id_of_token: Callable[[str], int | None]) -> Iterable[tuple[ConversationHint, str]]:
    for token in message.reply_tokens:
        conversation_id = id_of_token(token)
        hint = known.hints.get(conversation_id) if conversation_id is not None else None
        # A token is only good in the inbox it was made for.
        if hint is not None and hint.inbox_id == message.inbox_id:
            yield hint, "reply token"
    for reference in message.references:
        hint = known.by_reference(message.inbox_id, reference)
        if hint is not None:
            yield hint, "references"
