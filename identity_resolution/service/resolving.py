"""The way in: a batch of senders becomes customers, with a handful of statements however many there are."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from identity_resolution.events import CustomerChanged, MergeProposed
from identity_resolution.filing import Batch, Question, read
from identity_resolution.repository.customers import CustomerRepository
from identity_resolution.repository.filing import FilingRepository
from identity_resolution.rules.evidence import total
from identity_resolution.rules.naming import folded
from identity_resolution.rules.verdicts import file_sender, is_worth_asking
from identity_resolution.values import CardState, Resolution, Satisfaction, SenderClaims, Stage
from kernel.uow import UnitOfWork


async def resolve_all(uow: UnitOfWork, senders: Sequence[SenderClaims]) -> list[Resolution]:
    """Return whose message each is, in order; new customers, identities and claims are written, questions become review cards.

    A second message of a new sender in the same batch meets the customer that the first one made. Messages that the claims
    speak of need not be kept yet.
    """
    if not senders:
        return []
    sql = FilingRepository(uow.session, is_sqlite=uow.is_sqlite)
    read_ones = [read(claims) for claims in senders]
    holders = await sql.holders({reading.key for who in read_ones for reading in (who.sender, *who.claims)})
    unmet = {who.sender.key for who in read_ones if file_sender(who.sender.kind, who.sender.trust, holders.get(who.sender.key, [])) is None}
    if unmet and await sql.hold_back_others(unmet):
        for key in unmet:
            holders.pop(key, None)
        holders |= await sql.holders(unmet)
    batch = Batch(holders, uow.ids, uow.clock.now())
    resolutions = [batch.file(who) for who in read_ones]
    await _keep(uow, sql, batch)
    await _ask(uow, sql, batch.questions)
    return resolutions


async def _keep(uow: UnitOfWork, sql: FilingRepository, batch: Batch) -> None:
    now = uow.clock.now()
    await sql.insert(
        [
            row
            | {
                "root_id": row["id"],
                "folded_name": folded(str(row["name"])),
                "company": None,
                "time_zone": None,
                "stage": Stage.LEAD.value,
                "satisfaction": Satisfaction.INDIFFERENT.value,
                "attributes": {},
                "consent": {},
                "created_at": now,
                "last_seen_at": now,
            }
            for row in batch.customers.values()
        ],
        [row | {"first_seen_at": now, "last_seen_at": now} for row in batch.identities.values()],
        batch.claims,
    )
    await sql.touch(batch.seen_identities - batch.identities.keys(), batch.seen_customers - batch.customers.keys(), now)
    if batch.proven:
        await sql.prove(batch.proven)
    for leaf_id, (root_id, name) in batch.named.items():
        # Rare: once in a customer's life at most. The root shows the name too, until it has one of its own.
        customers = CustomerRepository(uow.session)
        leaf, root = await customers.get(leaf_id), await customers.get(root_id)
        leaf.is_named = True
        for row in (leaf, root):
            await customers.call(row, name)
        uow.record(CustomerChanged(customer_id=root_id))


async def _ask(uow: UnitOfWork, sql: FilingRepository, questions: Sequence[Question]) -> None:
    """Open a card for each pair that is worth it, unless it is open already or the two are known to be two."""
    asked: dict[tuple[int, int], Question] = {}
    for question in questions:
        if is_worth_asking(total(question.evidence)):
            asked.setdefault((min(question.root_id, question.other_root_id), max(question.root_id, question.other_root_id)), question)
    if not asked:
        return
    for settled in await sql.kept_apart(sorted({root_id for pair in asked for root_id in pair})):
        asked.pop(settled, None)
    cards = {uow.ids(): question for question in asked.values()}
    if not cards:
        return
    opened = await sql.insert_cards([_card(card_id, question) | {"opened_at": uow.clock.now()} for card_id, question in cards.items()])
    uow.record(
        *(
            MergeProposed(proposal_id=card_id, customer_id=question.root_id, other_id=question.other_root_id)
            for card_id, question in cards.items()
            if card_id in opened
        )
    )


def _card(card_id: int, question: Question) -> dict[str, object]:
    is_turned = question.leaf_id > question.other_leaf_id
    evidence = [replace(item, left=item.right, right=item.left) if is_turned else item for item in question.evidence]
    return {
        "id": card_id,
        "left_id": min(question.leaf_id, question.other_leaf_id),
        "right_id": max(question.leaf_id, question.other_leaf_id),
        "state": CardState.OPEN.value,
        "bits": total(question.evidence),
        "evidence": [asdict(item) for item in evidence],
        "message_id": question.message_id,
    }
