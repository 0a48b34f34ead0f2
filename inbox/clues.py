"""What a batch needs to know of conversations before its messages are threaded: asked by set, once for each kind of clue."""

from collections.abc import Callable, Sequence
from datetime import datetime

from channels.contract import InboundMessage
from inbox.repositories.intake import IntakeRepository
from inbox.threading import SUBJECT_WINDOW, KnownThreads, fold_subject, referred
from kernel.crypto import Secrets


async def known_threads(sql: IntakeRepository, batch: Sequence[tuple[InboundMessage, int]], secrets: Secrets, now: datetime) -> KnownThreads:
    """Return the conversations that (message, its sender's root) may join; nothing is asked about kinds of clues that nobody in the batch brought."""
    messages, root_ids = [message for message, _ in batch], sorted({root_id for _, root_id in batch})
    inbox_ids = sorted({message.inbox_id for message in messages})
    keys = [message.thread_key for message in messages if message.thread_key is not None]
    keyed = await sql.hints_by_key(inbox_ids, keys) if keys else []
    references = list(dict.fromkeys(reference for message in messages for reference in message.references))
    found = await sql.referred(inbox_ids, references) if references else []
    tokens = {secrets.id_of("reply", token) for message in messages for token in message.reply_tokens}
    sent = {token: secrets.id_of("delivery", token) for message in messages for token in message.delivery_tokens}
    sent_in = await sql.conversations_of(sorted(filter(None, sent.values()))) if sent else {}
    returned = {token: sent_in[message_id] for token, message_id in sent.items() if message_id in sent_in}
    wanted = sorted({conversation_id for *_, conversation_id in found} | {i for i in tokens if i is not None} | set(returned.values()))
    named = await sql.hints(wanted) if wanted else []
    subjects = sorted({folded for message in messages if message.thread_key is None and (folded := fold_subject(message.subject))})
    alike = await sql.hints_by_subject(inbox_ids, subjects, now - SUBJECT_WINDOW, root_ids) if subjects else []
    known = KnownThreads(
        [*(hint for hint, _ in keyed), *named, *alike],
        {(hint.inbox_id, key): hint.id for hint, key in keyed},
        {(inbox_id, external_id): conversation_id for inbox_id, external_id, conversation_id in found},
        returned,
    )
    await _note_guests(sql, batch, known, conversation_named(secrets))
    return known


def conversation_named(secrets: Secrets) -> Callable[[str], int | None]:
    """Return how a reply token is read: the conversation that it names, or None."""
    return lambda token: secrets.id_of("reply", token)


async def _note_guests(
    sql: IntakeRepository, batch: Sequence[tuple[InboundMessage, int]], known: KnownThreads, id_of_token: Callable[[str], int | None]
) -> None:
    """Ask to whom those conversations were also written that somebody else than their customer names; seldom any."""
    others = {hint.id for message, root_id in batch for hint, _ in referred(message, known, id_of_token) if hint.root_id != root_id}
    for conversation_id, addresses in (await sql.written_to(sorted(others)) if others else {}).items():
        known.write_to(conversation_id, addresses)
