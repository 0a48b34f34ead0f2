"""Where a message belongs: pure decisions over what it refers to and what is known."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from channels.contract import InboundMessage
from inbox.values import ConversationHint, Placement
from kernel.text import clean, fold

SUBJECT_WINDOW = timedelta(days=7)
_MOST_ANCESTORS, _LONGEST_ANCESTOR = 20, 250
# What mail programs put before a subject when they answer or forward, by their languages, and what gateways put before it.
_MARKS = (
    "re|fw|fwd|reply|"  # English, and most programs anywhere
    "aw|antw|antwort|wg|weitergeleitet|"  # German, Dutch
    "doorst|doorgest|"  # Dutch
    "sv|vs|vb|vl|vast|bs|fs|svar|"  # Swedish, Norwegian, Danish, Finnish, Faroese, Icelandic
    "réf|ref|tr|rép|rep|"  # French
    "rv|reenv|res|enc|encaminhado|"  # Spanish, Portuguese
    "r|rif|i|inoltro|"  # Italian
    "odp|pd|podaj dalej|"  # Polish
    "odpověď|odpoveď|předat|preposlané|"  # Czech, Slovak
    "vá|továbbítás|továbbítva|"  # Hungarian
    "răspuns|redir|"  # Romanian
    "ynt|ilt|cevap|"  # Turkish
    "απ|σχετ|πρθ|"  # Greek
    "на|отв|ответ|пересл|від|відп|fwd|"  # Russian, Ukrainian
    "atb|ats|per|"  # Latvian, Lithuanian
    "bls|trs|balas|terus|"  # Indonesian
    "tl|chuyển tiếp|trả lời|"  # Vietnamese
    "رد|إعادة توجيه|"  # Arabic
    "השב|הועבר|תשובה|"  # Hebrew
    "回复|回覆|答复|答覆|转发|轉寄|轉發|"  # Chinese
    "返信|転送|"  # Japanese
    "답장|회신|전달"  # Korean
)
_PREFIX = re.compile(rf"^(?:(?:{_MARKS})\s{{0,3}}(?:[\[(^]?\d{{1,3}}[\])]?)?\s{{0,3}}[:：]\s{{0,9}}|\[(?:external|extern|ext)\]\s{{0,9}})+", re.IGNORECASE)


def fold_subject(subject: str | None) -> str | None:
    """Return a subject as threads are compared by it: without reply and forward marks, folded; None when nothing is left."""
    if not subject:
        return None
    return fold(_PREFIX.sub("", subject.strip()[:1000]))[:400] or None


class KnownThreads:
    """What a batch needs to know of conversations: fetched by set before, and added to as the batch opens its own."""

    def __init__(
        self,
        hints: Iterable[ConversationHint],
        by_key: Mapping[tuple[int, str], int],
        by_reference: Mapping[tuple[int, str], int],
        by_delivery: Mapping[str, int] | None = None,
    ) -> None:
        self.hints = {hint.id: hint for hint in hints}
        self._by_key = dict(by_key)
        self._by_reference = dict(by_reference)
        self._by_delivery = by_delivery or {}
        self._written_to: dict[int, set[str]] = {}

    def by_key(self, inbox_id: int, thread_key: str) -> ConversationHint | None:
        """Return the conversation of a channel's own thread."""
        return self._hint(self._by_key.get((inbox_id, thread_key)))

    def by_reference(self, inbox_id: int, external_id: str) -> ConversationHint | None:
        """Return the conversation that holds a message."""
        return self._hint(self._by_reference.get((inbox_id, external_id)))

    def by_delivery(self, token: str) -> ConversationHint | None:
        """Return the conversation of the message that we sent under a delivery token."""
        return self._hint(self._by_delivery.get(token))

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

    def write_to(self, conversation_id: int, addresses: Iterable[str]) -> None:
        """Remember whom, by their addresses in lower case, a conversation's messages were also written to."""
        self._written_to.setdefault(conversation_id, set()).update(addresses)

    def was_written_to(self, conversation_id: int, address: str) -> bool:
        """Say whether somebody was written to in a conversation."""
        return address.lower() in self._written_to.get(conversation_id, ())

    def _hint(self, conversation_id: int | None) -> ConversationHint | None:
        return self.hints.get(conversation_id) if conversation_id is not None else None


def pick(
    message: InboundMessage, root_id: int, known: KnownThreads, id_of_token: Callable[[str], int | None], now: datetime, part_after: timedelta = timedelta.max
) -> Placement:
    """Return the conversation that a message joins.

    In this order: the channel's own thread, a reply token, the return address of a message of ours (to which programs answer),
    what it answers (nearest first), same subject and sender within seven days. A token or a reference from somebody else than the
    conversation's customer joins it as a guest's message if that message or an answer was written to them as well. From anybody
    else it never joins: the message opens its own, marked, since whoever sees a message must not get into its thread by that
    alone. What answers a conversation that has been quiet for longer than `part_after` under another subject is something new,
    and begins its own.
    """
    if message.thread_key is not None:
        hint = known.by_key(message.inbox_id, message.thread_key)
        return Placement(conversation_id=hint.id, reason="same chat") if hint else Placement(conversation_id=None, reason="first message of this chat")
    others = []
    for hint, why in referred(message, known, id_of_token):
        if hint.root_id == root_id:
            return _answering(message, hint, why, now, part_after)
        others.append((hint, why))
    for hint, why in others:
        if known.was_written_to(hint.id, message.sender.value):
            answer = _answering(message, hint, f"{why}, from somebody who was written to as well", now, part_after)
            return replace(answer, is_guest=answer.conversation_id is not None)
    if others:
        return Placement(conversation_id=None, reason="answers a conversation whose customer is somebody else, so it stands alone", is_stranger=True)
    if folded := fold_subject(message.subject):
        same = known.by_subject(message.inbox_id, root_id, folded, now - SUBJECT_WINDOW)
        if same is not None:
            return Placement(conversation_id=same.id, reason="same subject and sender within 7 days")
    return Placement(conversation_id=None, reason="starts a conversation")


def ancestors_of(message: InboundMessage) -> tuple[str, ...]:
    """Return what a message answers, oldest first, for answers to it to name as well (RFC 5322 §3.6.4): of many the oldest and the nearest."""
    nearest = [clean(reference) for reference in message.references if len(reference) <= _LONGEST_ANCESTOR and not any(map(str.isspace, reference))]
    kept = nearest if len(nearest) <= _MOST_ANCESTORS else [*nearest[: _MOST_ANCESTORS - 1], nearest[-1]]
    return tuple(reversed(kept))


def _answering(message: InboundMessage, hint: ConversationHint, why: str, now: datetime, part_after: timedelta) -> Placement:
    folded = fold_subject(message.subject)
    if folded is None or hint.folded_subject is None or folded == hint.folded_subject:
        return Placement(conversation_id=hint.id, reason=why)
    if now - hint.last_message_at > part_after:
        days = (now - hint.last_message_at).days
        return Placement(conversation_id=None, reason=f"answers what has been quiet for {days} days, under another subject, so it begins its own")
    return Placement(conversation_id=hint.id, reason=f"{why}, under another subject")


def referred(message: InboundMessage, known: KnownThreads, id_of_token: Callable[[str], int | None]) -> Iterable[tuple[ConversationHint, str]]:
    """Return the conversations that a message names, and by what."""
    for token in message.reply_tokens:
        conversation_id = id_of_token(token)
        hint = known.hints.get(conversation_id) if conversation_id is not None else None
        # A token is only good in the inbox it was made for.
        if hint is not None and hint.inbox_id == message.inbox_id:
            yield hint, "reply token"
    for token in message.delivery_tokens:
        hint = known.by_delivery(token)
        if hint is not None and hint.inbox_id == message.inbox_id:
            yield hint, "return address"
    for reference in message.references:
        hint = known.by_reference(message.inbox_id, reference)
        if hint is not None:
            yield hint, "references"
