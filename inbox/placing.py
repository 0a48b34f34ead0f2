"""Places a batch of arrivals in one unit of work: seen, who, where, what, keep, told."""

from collections.abc import Callable, Mapping, Sequence
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
from inbox.events import MessageReceived
from inbox.receipts import shown_by_answers
from inbox.repositories.intake import IntakeRepository, Values
from inbox.threading import SUBJECT_WINDOW, KnownThreads, ancestors_of, fold_subject, pick, referred
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
class _Guest:
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
    taken, guests = await _sort_out_seen(uow, sql, arrivals, inboxes)
    if guests:
        await _resolve(uow, guests)
        known = await _fetch_threads(uow, sql, guests, secrets)
        new_conversations, touched = await _thread_and_file(uow, guests, known, secrets)
        await sql.insert_conversations(new_conversations)
        await sql.touch_conversations(touched)
        openings = _openings(guests)
        decided = await acknowledging.decide_all(uow, openings)
        await _keep(uow, sql, guests, decided)
        uow.record(*(_fact(guest) for guest in guests))
        await shown_by_answers(uow, _answered(guests))
        await acknowledging.write_all(uow, openings, decided, secrets)
    return [answer if isinstance(answer, Taken) else _taken(answer, arrival) for arrival, answer in zip(arrivals, taken, strict=True)]


def _key(arrival: Arrival) -> tuple[int, str, str]:
    return arrival.message.inbox_id, arrival.message.external_id, arrival.content_hash


def _taken(guest: _Guest, arrival: Arrival) -> Taken:
    return Taken(message_id=guest.message_id, conversation_id=guest.conversation_id, case_id=guest.case_id, is_duplicate=guest.arrival is not arrival)


async def _sort_out_seen(
    uow: UnitOfWork, sql: IntakeRepository, arrivals: Sequence[Arrival], inboxes: dict[int, InboxFacts]
) -> tuple[list[Taken | _Guest], list[_Guest]]:
    """Return what each arrival is, in order: what was kept already, or a guest, whom its copies share; then all guests."""
    rows = await sql.known([arrival.message.external_id for arrival in arrivals])
    seen: dict[tuple[int, str, str], Taken | _Guest] = {
        (row[1], row[2], row[3]): Taken(message_id=row[0], conversation_id=row[4], case_id=row[5], is_duplicate=True) for row in rows
    }
    guests: list[_Guest] = []
    found: list[Taken | _Guest] = []
    for arrival in arrivals:
        key, inbox = _key(arrival), inboxes[arrival.message.inbox_id]
        if key not in seen:
            copy = _copy_of(seen, key, inbox)
            if copy is None:
                guests.append(guest := _Guest(arrival=arrival, inbox=inbox, message_id=uow.ids()))
                seen[key] = guest
            elif isinstance(copy, _Guest):
                copy.came_also_to.append(inbox.name)
                seen[key] = copy
            else:
                await sql.note_copy(cast(int, copy.message_id), f"; {_also_to(inbox.name)}")
                seen[key] = copy
        found.append(seen[key])
    return found, guests


def _copy_of(seen: Mapping[tuple[int, str, str], Taken | _Guest], key: tuple[int, str, str], inbox: InboxFacts) -> Taken | _Guest | None:
    """Return the same mail, as it came to another inbox that the same people see; only mail names itself alike wherever it goes."""
    if Feature.SUBJECT not in inbox.manifest.features:
        return None
    return next((seen[other, *key[1:]] for other in sorted(inbox.alike) if (other, *key[1:]) in seen), None)


def _also_to(name: str) -> str:
    return f"the same mail came to {name}"


async def _resolve(uow: UnitOfWork, guests: Sequence[_Guest]) -> None:
    senders = [
        SenderClaims(message_id=g.message_id, sender=g.arrival.message.sender, claims=g.arrival.message.claims, locale=g.arrival.message.locale) for g in guests
    ]
    for guest, who in zip(guests, await identities.resolve_all(uow, senders), strict=True):
        guest.who = who


async def _fetch_threads(uow: UnitOfWork, sql: IntakeRepository, guests: Sequence[_Guest], secrets: Secrets) -> KnownThreads:
    """Ask once per kind of clue, and not at all for kinds that nobody in the batch brought."""
    messages = [guest.arrival.message for guest in guests]
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
    subjects = sorted({folded for m in messages if m.thread_key is None and (folded := fold_subject(m.subject))})
    since = uow.clock.now() - SUBJECT_WINDOW
    alike = await sql.hints_by_subject(inbox_ids, subjects, since, sorted({g.known.root_id for g in guests})) if subjects else []
    known = KnownThreads(
        [*(hint for hint, _ in keyed), *named, *alike],
        {(hint.inbox_id, key): hint.id for hint, key in keyed},
        {(inbox_id, external_id): conversation_id for inbox_id, external_id, conversation_id in found},
        returned,
    )
    others = {hint.id for guest in guests for hint, _ in referred(guest.arrival.message, known, _id_of(secrets)) if hint.root_id != guest.known.root_id}
    for conversation_id, addresses in (await sql.written_to(sorted(others)) if others else {}).items():
        known.write_to(conversation_id, addresses)
    return known


def _id_of(secrets: Secrets) -> Callable[[str], int | None]:
    return lambda token: secrets.id_of("reply", token)


async def _thread_and_file(uow: UnitOfWork, guests: Sequence[_Guest], known: KnownThreads, secrets: Secrets) -> tuple[Values, Values]:
    now = uow.clock.now()
    before = set(known.hints)
    new: dict[int, dict[str, object]] = {}
    requests = []
    for guest in guests:
        message, who = guest.arrival.message, guest.known
        guest.placement = pick(message, who.root_id, known, _id_of(secrets), now, guest.inbox.options.part_after)
        hint = known.hints[guest.placement.conversation_id] if guest.placement.conversation_id is not None else None
        thread_key = message.thread_key if message.thread_key is not None else f"m:{guest.message_id}"
        if hint is None:
            hint = ConversationHint(
                id=uow.ids(), inbox_id=message.inbox_id, customer_id=who.customer_id, root_id=who.root_id, case_id=None,
                folded_subject=fold_subject(message.subject), last_message_at=now,
            )  # fmt: skip
            known.add(hint, thread_key)
            new[hint.id] = _new_conversation(guest, hint, thread_key)
        known.refer(message.inbox_id, message.external_id, hint.id)
        if message.participants:
            known.write_to(hint.id, (one.address.lower() for one in message.participants))
        guest.conversation_id = hint.id
        # What a guest says belongs to the customer whose conversation it is, and to their case.
        guest.customer_id = hint.customer_id if guest.is_guest else who.customer_id
        requests.append(_case_request(guest, hint, now))
    placements = await cases.open_or_continue_all(uow, requests, choose_agents)
    touched: dict[int, dict[str, object]] = {}
    for guest, placement in zip(guests, placements, strict=True):
        guest.case_id, guest.opens_case = placement.case_id, placement.change is Change.OPENED
        assert guest.placement is not None
        guest.placement = replace(guest.placement, reason=f"{guest.placement.reason}; case: {placement.reason}")
        if guest.conversation_id in before:
            touched[guest.conversation_id] = {"key": guest.conversation_id, "case": placement.case_id, "at": now}
        else:
            new[guest.conversation_id]["case_id"] = placement.case_id
    return list(new.values()), list(touched.values())


def _new_conversation(guest: _Guest, hint: ConversationHint, thread_key: str) -> dict[str, object]:
    subject = guest.arrival.message.subject
    return {
        "id": hint.id,
        "inbox_id": hint.inbox_id,
        "customer_id": guest.known.customer_id,
        "case_id": None,
        "thread_key": thread_key,
        "subject": clean(subject)[:1000] if subject else None,
        "folded_subject": hint.folded_subject,
        "ancestors": " ".join(ancestors_of(guest.arrival.message)) or None,
        "created_at": hint.last_message_at,
        "last_message_at": hint.last_message_at,
    }


def _case_request(guest: _Guest, hint: ConversationHint, now: datetime) -> CaseRequest:
    message, inbox = guest.arrival.message, guest.inbox
    return CaseRequest(
        message_id=guest.message_id,
        conversation_id=hint.id,
        conversation_case_id=hint.case_id,
        customer_id=guest.customer_id,
        root_id=hint.root_id if guest.is_guest else guest.known.root_id,
        inbox_id=message.inbox_id,
        team_id=inbox.team_id,
        channel=inbox.manifest.channel,
        has_subject=Feature.SUBJECT in inbox.manifest.features,
        title=preview(clean(message.subject or message.text or "") or f"Message from {guest.known.customer_name}", 120),
        received_at=now,
        reopen_within=inbox.options.reopen_within,
        continue_within=inbox.options.continue_within,
        alike=inbox.alike,
        is_auto_reply=message.is_auto_reply,
    )


def _openings(guests: Sequence[_Guest]) -> list[Opening]:
    """Return what is to be decided of acknowledging: nothing, in an inbox that does not."""
    return [
        Opening(
            message=guest.arrival.message,
            courtesy=courtesy,
            message_id=guest.message_id,
            conversation_id=guest.conversation_id,
            case_id=guest.case_id,
            customer_id=guest.known.customer_id,
            identity_id=guest.known.identity_id,
            is_stranger=guest.is_guest or (guest.placement is not None and guest.placement.is_stranger),
            heard=sum(other.inbox is guest.inbox and other.known.customer_id == guest.known.customer_id for other in guests),
        )
        for guest in guests
        if guest.opens_case and (courtesy := guest.inbox.courtesy) is not None
    ]


async def _keep(uow: UnitOfWork, sql: IntakeRepository, guests: Sequence[_Guest], decided: Mapping[int, str | None]) -> None:
    await sql.insert_messages([_message_row(guest, uow, acknowledging.said_of(decided, guest.message_id)) for guest in guests])
    await sql.insert_attachments(
        [
            {
                "id": uow.ids(), "message_id": guest.message_id, "uploaded_by": None, "name": clean(file.name)[:400], "media_type": clean(file.media_type)[:200],
                "size": file.size, "digest": file.digest, "content_id": file.content_id, "is_inline": file.is_inline,
            }
            for guest in guests
            for file in guest.arrival.files
        ]
    )  # fmt: skip
    await sql.insert_payloads(
        [
            {
                "id": uow.ids(), "inbox_id": guest.inbox.id, "message_id": guest.message_id, "source": raw.source, "content_type": raw.content_type,
                "body": guest.arrival.raw_body, "blob": guest.arrival.raw_blob, "size": len(raw.body), "received_at": raw.received_at, "state": "kept",
                "code": None, "reason": None, "digest": guest.arrival.content_hash,
            }
            for guest in guests
            if (raw := guest.arrival.message.raw) is not None
        ]
    )  # fmt: skip
    await sql.insert_documents(
        [
            {
                "id": guest.message_id, "inbox_id": guest.inbox.id, "customer_id": guest.customer_id,
                "body": fold(clean(f"{guest.arrival.message.subject or ''} {guest.arrival.message.text}"[:_SEARCHED])),
            }
            for guest in guests
        ]
    )  # fmt: skip


def _message_row(guest: _Guest, uow: UnitOfWork, acknowledged: str) -> dict[str, object]:
    message, who, placement = guest.arrival.message, guest.known, guest.placement
    now = uow.clock.now()
    assert placement is not None
    besides = "".join(f"; {word}" for word in (*message.warnings, *map(_also_to, guest.came_also_to)))
    return {
        "id": guest.message_id,
        "inbox_id": message.inbox_id,
        "conversation_id": guest.conversation_id,
        "customer_id": guest.customer_id,
        "identity_id": who.identity_id,
        "case_id": guest.case_id,
        "author_id": None,
        "direction": Direction.IN,
        "kind": MessageKind.MESSAGE,
        "external_id": message.external_id,
        "content_hash": guest.arrival.content_hash,
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


def _answered(guests: Sequence[_Guest]) -> dict[int, set[str]]:
    """Return which messages the parties of conversations answer."""
    found: dict[int, set[str]] = {}
    for guest in guests:
        if guest.arrival.message.references and guest.placement is not None and not guest.placement.is_stranger:
            found.setdefault(guest.conversation_id, set()).update(guest.arrival.message.references)
    return found


def _fact(guest: _Guest) -> MessageReceived:
    return MessageReceived(
        message_id=guest.message_id, conversation_id=guest.conversation_id, case_id=guest.case_id, customer_id=guest.customer_id, inbox_id=guest.inbox.id
    )
