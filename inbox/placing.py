"""Places a batch of arrivals in one unit of work: seen, who, where, what, keep, told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from cases import service as cases
from cases.values import CaseRequest, Change
from channels.contract import Feature, Manifest
from channels.participants import as_rows
from identity_resolution import service as identities
from identity_resolution.values import Resolution, SenderClaims
from inbox import acknowledging
from inbox.acknowledging import Courtesy, Opening
from inbox.assigning import choose_agents
from inbox.clues import conversation_named, known_threads
from inbox.events import MessageReceived
from inbox.receipts import shown_by_answers
from inbox.repositories.intake import IntakeRepository, Values
from inbox.threading import KnownThreads, ancestors_of, fold_subject, pick
from inbox.values import Arrival, ConversationHint, Direction, InboxOptions, MessageKind, Placement, Taken
from kernel.crypto import Secrets
from kernel.text import clean, fold, preview
from kernel.uow import UnitOfWork

_SEARCHED = 20_000  # characters of a message that search looks through


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFacts:
    """What placing needs to know of an inbox; `alike` are those that the same people may see, `courtesy` what it says by itself (None: nothing)."""

    id: int
    name: str
    manifest: Manifest
    team_id: int | None
    options: InboxOptions
    alike: frozenset[int]
    courtesy: Courtesy | None = None


@dataclass(slots=True, kw_only=True)
class _Newcomer:
    """An arrival that is new, on its way through the steps."""

    arrival: Arrival
    inbox: InboxFacts
    message_id: int
    who: Resolution | None = None
    placement: Placement | None = None
    customer_id: int = 0
    conversation_id: int = 0
    case_id: int = 0
    opens_case: bool = False
    came_also_to: list[str] = field(default_factory=list)

    @property
    def known(self) -> Resolution:
        """Whose it is; asked only after the step that says so."""
        assert self.who is not None
        return self.who

    @property
    def is_guest(self) -> bool:
        """Whether it joins the conversation of somebody else, with whom its sender was written to."""
        return self.placement is not None and self.placement.is_guest


async def place_all(uow: UnitOfWork, arrivals: Sequence[Arrival], inboxes: dict[int, InboxFacts], secrets: Secrets) -> list[Taken]:
    """Keep all arrivals, each once, and say what became of each, in their order.

    A second copy (same inbox, external id and content) ends here quietly and names the first; the same id with other content is kept.
    One mail to two inboxes of the same people is one message, which says so.
    """
    sql = IntakeRepository(uow.session)
    taken, newcomers = await _sort_out_seen(uow, sql, arrivals, inboxes)
    if newcomers:
        await _resolve(uow, newcomers)
        known = await known_threads(sql, [(newcomer.arrival.message, newcomer.known.root_id) for newcomer in newcomers], secrets, uow.clock.now())
        new_conversations, touched = await _thread_and_file(uow, newcomers, known, secrets)
        await sql.insert_conversations(new_conversations)
        await sql.touch_conversations(touched)
        openings = _openings(newcomers)
        decided = await acknowledging.decide_all(uow, openings)
        await _keep(uow, sql, newcomers, decided)
        uow.record(*(_fact(newcomer) for newcomer in newcomers))
        await shown_by_answers(uow, _answered(newcomers))
        await acknowledging.write_all(uow, openings, decided, secrets)
    return [answer if isinstance(answer, Taken) else _taken(answer, arrival) for arrival, answer in zip(arrivals, taken, strict=True)]


def _key(arrival: Arrival) -> tuple[int, str, str]:
    return arrival.message.inbox_id, arrival.message.external_id, arrival.content_hash


def _taken(newcomer: _Newcomer, arrival: Arrival) -> Taken:
    return Taken(
        message_id=newcomer.message_id, conversation_id=newcomer.conversation_id, case_id=newcomer.case_id, is_duplicate=newcomer.arrival is not arrival
    )


async def _sort_out_seen(
    uow: UnitOfWork, sql: IntakeRepository, arrivals: Sequence[Arrival], inboxes: dict[int, InboxFacts]
) -> tuple[list[Taken | _Newcomer], list[_Newcomer]]:
    """Return what each arrival is, in order: what was kept already, or a newcomer, whom its copies share; then all newcomers."""
    rows = await sql.known([arrival.message.external_id for arrival in arrivals])
    seen: dict[tuple[int, str, str], Taken | _Newcomer] = {
        (row[1], row[2], row[3]): Taken(message_id=row[0], conversation_id=row[4], case_id=row[5], is_duplicate=True) for row in rows
    }
    newcomers: list[_Newcomer] = []
    found: list[Taken | _Newcomer] = []
    for arrival in arrivals:
        key, inbox = _key(arrival), inboxes[arrival.message.inbox_id]
        if key not in seen:
            copy = _copy_of(seen, key, inbox)
            if copy is None:
                newcomers.append(newcomer := _Newcomer(arrival=arrival, inbox=inbox, message_id=uow.ids()))
                seen[key] = newcomer
            elif isinstance(copy, _Newcomer):
                copy.came_also_to.append(inbox.name)
                seen[key] = copy
            else:
                await sql.note_copy(cast(int, copy.message_id), f"; {_also_to(inbox.name)}")
                seen[key] = copy
        found.append(seen[key])
    return found, newcomers


def _copy_of(seen: Mapping[tuple[int, str, str], Taken | _Newcomer], key: tuple[int, str, str], inbox: InboxFacts) -> Taken | _Newcomer | None:
    """Return the same mail, as it came to another inbox that the same people see; only mail names itself alike wherever it goes."""
    if Feature.SUBJECT not in inbox.manifest.features:
        return None
    return next((seen[other, *key[1:]] for other in sorted(inbox.alike) if (other, *key[1:]) in seen), None)


def _also_to(name: str) -> str:
    return f"the same mail came to {name}"


async def _resolve(uow: UnitOfWork, newcomers: Sequence[_Newcomer]) -> None:
    senders = [
        SenderClaims(message_id=g.message_id, sender=g.arrival.message.sender, claims=g.arrival.message.claims, locale=g.arrival.message.locale)
        for g in newcomers
    ]
    for newcomer, who in zip(newcomers, await identities.resolve_all(uow, senders), strict=True):
        newcomer.who = who


async def _thread_and_file(uow: UnitOfWork, newcomers: Sequence[_Newcomer], known: KnownThreads, secrets: Secrets) -> tuple[Values, Values]:
    now = uow.clock.now()
    before = set(known.hints)
    new: dict[int, dict[str, object]] = {}
    requests = []
    for newcomer in newcomers:
        message, who = newcomer.arrival.message, newcomer.known
        newcomer.placement = pick(message, who.root_id, known, conversation_named(secrets), now, newcomer.inbox.options.part_after)
        hint = known.hints[newcomer.placement.conversation_id] if newcomer.placement.conversation_id is not None else None
        thread_key = message.thread_key if message.thread_key is not None else f"m:{newcomer.message_id}"
        if hint is None:
            hint = ConversationHint(
                id=uow.ids(), inbox_id=message.inbox_id, customer_id=who.customer_id, root_id=who.root_id, case_id=None,
                folded_subject=fold_subject(message.subject), last_message_at=now,
            )  # fmt: skip
            known.add(hint, thread_key)
            new[hint.id] = _new_conversation(newcomer, hint, thread_key)
        known.refer(message.inbox_id, message.external_id, hint.id)
        if message.participants:
            known.write_to(hint.id, (one.address.lower() for one in message.participants))
        newcomer.conversation_id = hint.id
        # What a guest says belongs to the customer whose conversation it is, and to their case.
        newcomer.customer_id = hint.customer_id if newcomer.is_guest else who.customer_id
        requests.append(_case_request(newcomer, hint, now))
    placements = await cases.open_or_continue_all(uow, requests, choose_agents)
    touched: dict[int, dict[str, object]] = {}
    for newcomer, placement in zip(newcomers, placements, strict=True):
        newcomer.case_id, newcomer.opens_case = placement.case_id, placement.change is Change.OPENED
        assert newcomer.placement is not None
        newcomer.placement = replace(newcomer.placement, reason=f"{newcomer.placement.reason}; case: {placement.reason}")
        if newcomer.conversation_id in before:
            touched[newcomer.conversation_id] = {"key": newcomer.conversation_id, "case": placement.case_id, "at": now}
        else:
            new[newcomer.conversation_id]["case_id"] = placement.case_id
    return list(new.values()), list(touched.values())


def _new_conversation(newcomer: _Newcomer, hint: ConversationHint, thread_key: str) -> dict[str, object]:
    subject = newcomer.arrival.message.subject
    return {
        "id": hint.id,
        "inbox_id": hint.inbox_id,
        "customer_id": newcomer.known.customer_id,
        "case_id": None,
        "thread_key": thread_key,
        "subject": clean(subject)[:1000] if subject else None,
        "folded_subject": hint.folded_subject,
        "ancestors": " ".join(ancestors_of(newcomer.arrival.message)) or None,
        "created_at": hint.last_message_at,
        "last_message_at": hint.last_message_at,
    }


def _case_request(newcomer: _Newcomer, hint: ConversationHint, now: datetime) -> CaseRequest:
    message, inbox = newcomer.arrival.message, newcomer.inbox
    return CaseRequest(
        message_id=newcomer.message_id,
        conversation_id=hint.id,
        conversation_case_id=hint.case_id,
        customer_id=newcomer.customer_id,
        root_id=hint.root_id if newcomer.is_guest else newcomer.known.root_id,
        inbox_id=message.inbox_id,
        team_id=inbox.team_id,
        channel=inbox.manifest.channel,
        has_subject=Feature.SUBJECT in inbox.manifest.features,
        title=preview(clean(message.subject or message.text or "") or f"Message from {newcomer.known.customer_name}", 120),
        received_at=now,
        reopen_within=inbox.options.reopen_within,
        continue_within=inbox.options.continue_within,
        alike=inbox.alike,
        is_auto_reply=message.is_auto_reply,
    )


def _openings(newcomers: Sequence[_Newcomer]) -> list[Opening]:
    """Return what is to be decided of acknowledging: nothing, in an inbox that does not."""
    return [
        Opening(
            message=newcomer.arrival.message,
            courtesy=courtesy,
            message_id=newcomer.message_id,
            conversation_id=newcomer.conversation_id,
            case_id=newcomer.case_id,
            customer_id=newcomer.known.customer_id,
            identity_id=newcomer.known.identity_id,
            is_stranger=newcomer.is_guest or (newcomer.placement is not None and newcomer.placement.is_stranger),
            heard=sum(other.inbox is newcomer.inbox and other.known.customer_id == newcomer.known.customer_id for other in newcomers),
        )
        for newcomer in newcomers
        if newcomer.opens_case and (courtesy := newcomer.inbox.courtesy) is not None
    ]


async def _keep(uow: UnitOfWork, sql: IntakeRepository, newcomers: Sequence[_Newcomer], decided: Mapping[int, str | None]) -> None:
    await sql.insert_messages([_message_row(newcomer, uow, acknowledging.said_of(decided, newcomer.message_id)) for newcomer in newcomers])
    await sql.insert_attachments(
        [
            {
                "id": uow.ids(), "message_id": newcomer.message_id, "uploaded_by": None, "name": clean(file.name)[:400], "media_type": clean(file.media_type)[:200],
                "size": file.size, "digest": file.digest, "content_id": file.content_id, "is_inline": file.is_inline,
            }
            for newcomer in newcomers
            for file in newcomer.arrival.files
        ]
    )  # fmt: skip
    await sql.insert_payloads(
        [
            {
                "id": uow.ids(), "inbox_id": newcomer.inbox.id, "message_id": newcomer.message_id, "source": raw.source, "content_type": raw.content_type,
                "body": newcomer.arrival.raw_body, "blob": newcomer.arrival.raw_blob, "size": len(raw.body), "received_at": raw.received_at, "state": "kept",
                "code": None, "reason": None, "digest": newcomer.arrival.content_hash,
            }
            for newcomer in newcomers
            if (raw := newcomer.arrival.message.raw) is not None
        ]
    )  # fmt: skip
    await sql.insert_documents(
        [
            {
                "id": newcomer.message_id, "inbox_id": newcomer.inbox.id, "customer_id": newcomer.customer_id,
                "body": fold(clean(f"{newcomer.arrival.message.subject or ''} {newcomer.arrival.message.text}"[:_SEARCHED])),
            }
            for newcomer in newcomers
        ]
    )  # fmt: skip


def _message_row(newcomer: _Newcomer, uow: UnitOfWork, acknowledged: str) -> dict[str, object]:
    message, who, placement = newcomer.arrival.message, newcomer.known, newcomer.placement
    now = uow.clock.now()
    assert placement is not None
    besides = "".join(f"; {word}" for word in (*message.warnings, *map(_also_to, newcomer.came_also_to)))
    return {
        "id": newcomer.message_id,
        "inbox_id": message.inbox_id,
        "conversation_id": newcomer.conversation_id,
        "customer_id": newcomer.customer_id,
        "identity_id": who.identity_id,
        "case_id": newcomer.case_id,
        "author_id": None,
        "direction": Direction.IN,
        "kind": MessageKind.MESSAGE,
        "external_id": message.external_id,
        "content_hash": newcomer.arrival.content_hash,
        "subject": clean(message.subject)[:1000] if message.subject else None,
        "text": clean(message.text),
        "quoted": clean(message.quoted) if message.quoted else None,
        "html": clean(message.html) if message.html else None,
        "is_unverified": not who.is_verified or placement.is_stranger,
        "is_automatic": message.is_automatic,
        "participants": as_rows(message.participants),
        "placed_by": clean(f"{who.reason}; {placement.reason}{acknowledged}{besides}"),
        "sent_at": message.sent_at or now,
        "received_at": now,
    }


def _answered(newcomers: Sequence[_Newcomer]) -> dict[int, set[str]]:
    """Return which messages the parties of conversations answer."""
    found: dict[int, set[str]] = {}
    for newcomer in newcomers:
        if newcomer.arrival.message.references and newcomer.placement is not None and not newcomer.placement.is_stranger:
            found.setdefault(newcomer.conversation_id, set()).update(newcomer.arrival.message.references)
    return found


def _fact(newcomer: _Newcomer) -> MessageReceived:
    return MessageReceived(
        message_id=newcomer.message_id,
        conversation_id=newcomer.conversation_id,
        case_id=newcomer.case_id,
        customer_id=newcomer.customer_id,
        inbox_id=newcomer.inbox.id,
    )
