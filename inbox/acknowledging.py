"""A new case is acknowledged: decided and written in the transaction that opens it, so that it happens once or not at all; the outbox carries it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from cases import service as cases
from channels.contract import InboundMessage
from channels.participants import forms_of
from inbox.events import ReplyQueued
from inbox.repositories.acknowledgements import AcknowledgementRepository
from inbox.repositories.intake import IntakeRepository
from inbox.rules.acknowledging import DAY, HEARD_WITHIN, HOUR, Occasion, correspondent, filled, refusal
from inbox.values import DeliveryState, Direction, MessageKind
from kernel.crypto import Secrets
from kernel.db import micros
from kernel.ids import EPOCH, first_id_at
from kernel.text import clean, fold
from kernel.uow import UnitOfWork
from staff import service as staff


@dataclass(frozen=True, slots=True, kw_only=True)
class Courtesy:
    """What an inbox says by itself to whoever opens a case, and what is needed for it: our addresses in lower case, and how a message of ours is named."""

    inbox_name: str
    text: str
    ours: frozenset[str]
    external_id: Callable[[int, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A message that opened a case in an inbox that acknowledges; `heard` are the messages of its customer in the same batch."""

    message: InboundMessage
    courtesy: Courtesy
    message_id: int
    conversation_id: int
    case_id: int
    customer_id: int
    identity_id: int | None
    is_stranger: bool
    heard: int


async def decide_all(uow: UnitOfWork, openings: Sequence[Opening]) -> dict[int, str | None]:
    """Return for each message, by id, why its case is not acknowledged; None where it is. A message sees what was decided for those before it."""
    if not openings:
        return {}
    sql, now = AcknowledgementRepository(uow.session), uow.clock.now()
    inbox_ids = sorted({opening.message.inbox_id for opening in openings})
    senders = sorted({correspondent(opening.message.sender.value) for opening in openings})
    acknowledged: dict[tuple[int, str], list[datetime]] = defaultdict(list)
    for inbox_id, sender, at in await sql.sent(inbox_ids, senders, _hour(now) - DAY // HOUR):
        acknowledged[inbox_id, sender].append(at)
    heard = Counter(await sql.heard(inbox_ids, sorted({opening.customer_id for opening in openings}), first_id_at(now - HEARD_WITHIN)))
    agents = await staff.addresses_among(uow, {form for opening in openings for form in forms_of(opening.message.sender.value)})
    decided: dict[int, str | None] = {}
    for opening in openings:
        before = acknowledged[opening.message.inbox_id, correspondent(opening.message.sender.value)]
        decided[opening.message_id] = refusal(
            Occasion(
                message=opening.message,
                now=now,
                is_stranger=opening.is_stranger,
                ours=opening.courtesy.ours,
                agents=agents,
                acknowledged=before,
                heard=heard[opening.message.inbox_id, opening.customer_id] + opening.heard,
            )
        )
        if decided[opening.message_id] is None:
            before.append(now)
    return decided


async def write_all(uow: UnitOfWork, openings: Sequence[Opening], decided: Mapping[int, str | None], secrets: Secrets) -> None:
    """Write the acknowledgements that were decided on: each a message of nobody's in its conversation, queued at once.

    They answer nobody in the sense of the house: a case keeps its status, its assignee and its clocks.
    """
    wanted = [opening for opening in openings if decided[opening.message_id] is None]
    if not wanted:
        return
    numbers = {case.id: case.number for case in await cases.find(uow, [opening.case_id for opening in wanted])}
    messages = [(opening, _message(uow, opening, numbers[opening.case_id], secrets)) for opening in wanted]
    sql, hub = AcknowledgementRepository(uow.session), IntakeRepository(uow.session)
    await hub.insert_messages([row for _, row in messages])
    await hub.insert_documents([_document(row) for _, row in messages])
    await sql.send([_delivery(uow, opening, row) for opening, row in messages])
    await sql.add([_note(uow, opening, row) for opening, row in messages])
    uow.record(*(_queued(uow, opening, row) for opening, row in messages))


def said_of(decided: Mapping[int, str | None], message_id: int) -> str:
    """Return what is added to why a message stands where it does, "" where its inbox acknowledges nothing."""
    if message_id not in decided:
        return ""
    reason = decided[message_id]
    return "; acknowledged" if reason is None else f"; not acknowledged: {reason}"


def _hour(at: datetime) -> int:
    return (at - EPOCH) // HOUR


def _message(uow: UnitOfWork, opening: Opening, case_number: int, secrets: Secrets) -> dict[str, object]:
    message_id, now = uow.ids(), uow.clock.now()
    subject = opening.message.subject
    return {
        "id": message_id,
        "inbox_id": opening.message.inbox_id,
        "conversation_id": opening.conversation_id,
        "customer_id": opening.customer_id,
        "identity_id": opening.identity_id,
        "case_id": opening.case_id,
        "author_id": None,
        "direction": Direction.OUT,
        "kind": MessageKind.MESSAGE,
        "external_id": opening.courtesy.external_id(message_id, secrets.signed_id("reply", opening.conversation_id)),
        "content_hash": "",
        "subject": clean(subject)[:1000] if subject else None,
        "text": clean(filled(opening.courtesy.text, case_number=case_number, inbox_name=opening.courtesy.inbox_name)),
        "quoted": None,
        "html": None,
        "is_unverified": False,
        "is_automatic": True,
        "participants": [],
        "placed_by": "acknowledges a new case by itself",
        "sent_at": now,
        "received_at": now,
    }


def _document(row: Mapping[str, object]) -> dict[str, object]:
    searched = f"{row['subject'] or ''} {row['text']}"
    return {"id": row["id"], "inbox_id": row["inbox_id"], "customer_id": row["customer_id"], "body": fold(searched)}


def _delivery(uow: UnitOfWork, opening: Opening, row: Mapping[str, object]) -> dict[str, object]:
    return {
        "id": uow.ids(), "message_id": row["id"], "inbox_id": row["inbox_id"], "recipient": opening.message.sender.value, "recipient_name": None,
        "state": DeliveryState.QUEUED, "attempts": 0, "due_at": row["sent_at"], "lease": None, "vendor_id": None, "error": None, "restore": {},
        "changed_at": row["sent_at"],
    }  # fmt: skip


def _note(uow: UnitOfWork, opening: Opening, row: Mapping[str, object]) -> dict[str, object]:
    now = uow.clock.now()
    sender = correspondent(opening.message.sender.value)
    return {"case_id": opening.case_id, "message_id": row["id"], "inbox_id": row["inbox_id"], "correspondent": sender, "hour": _hour(now), "sent_at": now}


def _queued(uow: UnitOfWork, opening: Opening, row: Mapping[str, object]) -> ReplyQueued:
    return ReplyQueued(
        message_id=cast(int, row["id"]),
        conversation_id=opening.conversation_id,
        case_id=opening.case_id,
        inbox_id=opening.message.inbox_id,
        agent_id=None,
        due_at=micros(uow.clock.now()),
    )
