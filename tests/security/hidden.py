"""What Otto must never learn of: a restricted SMS, mail and chat inbox, full of words and ids that can be told wherever they turn up."""

from dataclasses import dataclass, replace

from cases.models import ActivityRow, Case, CaseInterval
from channels.contract import InboundFile, RawPayload
from identity_resolution.models import Customer, Identity, Link, ReviewCard
from inbox.models import Attachment, Conversation, Delivery, Message, RawPayloadRow
from inbox.values import InboxView, Taken
from kernel.claims import IdentityKind
from tests.api.desk import Desk
from tests.support import house

WORD = "qzxpelican"
SHARED_PHONE = "+447700900001"
_CHANGES: tuple[tuple[str, dict[str, object]], ...] = (
    ("assign", {}),
    ("priority", {"priority": "urgent"}),
    ("tags", {"add": [f"{WORD} tag"]}),
    ("note", {"text": f"{WORD} note"}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """One id of each kind, as the parts of paths are named, and all ids that were made."""

    ids: dict[str, str]
    of_kind: dict[str, set[str]]
    chat_key: str
    visitor: str
    loose_link: str
    shared_conversation: str

    @property
    def every(self) -> frozenset[str]:
        """All ids of all kinds."""
        return frozenset(one for found in self.of_kind.values() for one in found)


async def rooms(desk: Desk) -> tuple[InboxView, InboxView]:
    """Set up the restricted inboxes that the desk does not have yet, for mail and for chat; rename the one that it has."""
    create, team = desk.estate.house.directory.create, int(desk.team_id)
    await desk.admin.patch(f"/inboxes/{desk.vip}", {"name": f"{WORD} texts"})
    mail = await create(channel="email", name=f"{WORD} mail", address=f"{WORD}@desk.example", settings=house.EMAIL, team_id=team, is_restricted=True)
    chat = await create(channel="chat", name=f"{WORD} chat", address=f"{WORD}.example", settings={}, team_id=team, is_restricted=True)
    return mail, chat


async def plant(desk: Desk, made: tuple[InboxView, InboxView] | None = None) -> Hidden:
    """Fill the restricted inboxes as customers and their team would; the customer with `SHARED_PHONE` also writes there."""
    mail, chat = made or await rooms(desk)
    await desk.says(f"{WORD} text", inbox=desk.vip, sender="+447700900777", name=f"{WORD} Vera", email="vera@customer.example")
    case_id = str((await _mail(desk, mail.id, 1, "ada@customer.example")).case_id)
    await _mail(desk, mail.id, 2, "vera@customer.example")
    visit = (await desk.stranger.post(f"/chat/{chat.key}/messages", {"client_id": "h-1", "text": f"{WORD} chat", "name": f"{WORD} Zoe"})).json
    await desk.says(f"{WORD} shared", inbox=desk.vip, sender=SHARED_PHONE)
    await desk.estate.house.door.receive(int(desk.vip), RawPayload(source="sms", content_type="text/plain", body=WORD.encode(), received_at=desk.clock.now()))
    customer = await desk.customer_of(case_id)
    links = [await _merge(desk, customer, number) for number in (1, 2)]
    assert (await desk.ines.post(f"/merges/{links[0]}/undo")).status == 200
    await _work(desk, case_id, customer)
    ids = await _ids(desk, {int(desk.vip), mail.id, chat.id})
    message = next(row for row in await house.rows(desk.estate.house.factory, Message) if str(row.case_id) == case_id and row.direction == "in")
    shared = next(
        str(row.id) for row in await house.rows(desk.estate.house.factory, Conversation) if row.thread_key == SHARED_PHONE and str(row.inbox_id) == desk.vip
    )
    return Hidden(
        ids={
            "case_id": case_id, "message_id": str(message.id), "conversation_id": str(message.conversation_id), "customer_id": customer, "link_id": links[1],
            "inbox_id": str(mail.id), **{name: min(found) for name, found in ids.items() if name in ("proposal_id", "attachment_id", "letter_id")},
        },
        of_kind=ids, chat_key=chat.key, visitor=visit["visitor"], loose_link=links[0], shared_conversation=shared,
    )  # fmt: skip


async def _mail(desk: Desk, inbox_id: int, number: int, sender: str) -> Taken:
    raw = RawPayload(source="email", content_type="message/rfc822", body=f"Subject: {WORD}\n\n{WORD}".encode(), received_at=desk.clock.now())
    file = InboundFile(name=f"{WORD}-{number}.txt", media_type="text/plain", content=f"{WORD} {number}".encode())
    message = house.said(
        inbox_id, f"{WORD} mail", sender=sender, kind=IdentityKind.EMAIL, external_id=f"<{number}@x>", subject=f"{WORD} subject", name=f"{WORD} Vera", files=(file,), raw=raw
    )  # fmt: skip
    desk.clock.advance(seconds=1)
    return await desk.estate.intake.take(replace(message, html=f"<p>{WORD}</p>"))


async def _merge(desk: Desk, customer: str, number: int) -> str:
    said = await desk.says(f"{WORD} twin {number}", inbox=desk.vip, sender=f"+44770090088{number}", name=f"{WORD} Twin {number}")
    answer = await desk.ines.post(f"/customers/{customer}/merge", {"other_id": await desk.customer_of(said["case_id"])})
    return str(answer.json["link_id"])


async def _work(desk: Desk, case_id: str, customer: str) -> None:
    """Let Ines do everything that leaves a trace."""
    file = await desk.ines.post("/uploads", content=WORD.encode(), headers={"Content-Type": "text/plain", "X-File-Name": f"{WORD}.pdf"})
    assert (await desk.reply(desk.ines, case_id, f"{WORD} reply", attachment_ids=[file.json["id"]])).status == 201
    for verb, body in _CHANGES:
        changed = await desk.ines.post(f"/cases/{case_id}/{verb}", body or {"agent_id": desk.ines.agent_id})
        assert changed.status in (200, 201), (verb, changed.content)
    assert (await desk.ines.patch(f"/cases/{case_id}", {"title": f"{WORD} title"})).status == 200
    assert (await desk.ines.patch(f"/customers/{customer}", {"company": f"{WORD} Ltd", "attributes": {"plan": WORD}})).status == 200


async def _ids(desk: Desk, inboxes: set[int]) -> dict[str, set[str]]:
    """Return the ids of everything that belongs to these inboxes alone, by kind."""
    factory = desk.estate.house.factory
    cases = {one.id for one in await house.rows(factory, Case) if one.inbox_id in inboxes}
    messages = {one.id for one in await house.rows(factory, Message) if one.inbox_id in inboxes}
    payloads = [one for one in await house.rows(factory, RawPayloadRow) if one.inbox_id in inboxes]
    conversations = await house.rows(factory, Conversation)
    elsewhere = {one.customer_id for one in conversations if one.inbox_id not in inboxes}
    customers = {one.id for one in await house.rows(factory, Customer)} - elsewhere
    found = {
        "inbox_id": inboxes,
        "case_id": cases,
        "message_id": messages,
        "conversation_id": {one.id for one in conversations if one.inbox_id in inboxes},
        "delivery_id": {one.id for one in await house.rows(factory, Delivery) if one.inbox_id in inboxes},
        "raw_id": {one.id for one in payloads},
        "letter_id": {one.id for one in payloads if one.state == "dead"},
        "customer_id": customers,
        "attachment_id": {one.id for one in await house.rows(factory, Attachment) if one.message_id in messages},
        "activity_id": {one.id for one in await house.rows(factory, ActivityRow) if one.case_id in cases},
        "interval_id": {one.id for one in await house.rows(factory, CaseInterval) if one.case_id in cases},
        "identity_id": {one.id for one in await house.rows(factory, Identity) if one.customer_id in customers},
        "proposal_id": {one.id for one in await house.rows(factory, ReviewCard) if {one.left_id, one.right_id} & customers},
        "link_id": {one.id for one in await house.rows(factory, Link) if {one.loser_id, one.survivor_id} & customers},
    }
    assert all(found.values()), "one of each kind"
    return {kind: set(map(str, ids)) for kind, ids in found.items()}
