"""One batch of senders, decided in memory and in order: what is met, what is made, and what is to be asked."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from identity_resolution.rules.evidence import Known, Profile, weigh
from identity_resolution.rules.naming import given_name, made_name
from identity_resolution.rules.normalise import LONGEST, normalise, normalise_sender
from identity_resolution.rules.verdicts import MOST_HOLDERS, Filing, Holder, by_own_word, file_sender, first_message, sole_proven
from identity_resolution.values import Evidence, Resolution, SenderClaims
from kernel.claims import Claim, IdentityKind, Trust
from kernel.text import clean

Key = tuple[str, str]
# A hostile signature may hold a thousand numbers; the first few say who it is.
_MOST_CLAIMS = 12
_MOST_QUESTIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A claim made comparable."""

    kind: IdentityKind
    value: str
    normalised: str
    trust: Trust

    @property
    def key(self) -> Key:
        """What it is looked up by."""
        return self.kind.value, self.normalised

    @property
    def known(self) -> Known:
        """What it weighs as evidence."""
        return Known(kind=self.kind, normalised=self.normalised, trust=self.trust)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A message's sender made comparable: the channel's own word first, then the rest."""

    message_id: int
    sender: Reading
    claims: tuple[Reading, ...]
    name: str | None
    locale: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whether the customer a message was filed with is one with another; evidence reads from the former to the latter."""

    message_id: int
    leaf_id: int
    root_id: int
    other_leaf_id: int
    other_root_id: int
    evidence: tuple[Evidence, ...]


def read(claims: SenderClaims) -> Sender:
    """Return a message's claims made comparable, each value once."""
    told = claims.sender
    normalised = normalise_sender(told.kind, told.value, claims.message_id)
    sender = Reading(kind=told.kind, value=_as_seen(told), normalised=normalised, trust=told.trust)
    rest: dict[Key, Reading] = {}
    for claim in claims.claims:
        found = normalise(claim.kind, claim.value)
        if found is None or (claim.kind.value, found) == sender.key:
            continue
        reading = Reading(kind=claim.kind, value=_as_seen(claim), normalised=found, trust=claim.trust)
        if len(rest) < _MOST_CLAIMS and (reading.key not in rest or reading.trust is Trust.VERIFIED):
            rest[reading.key] = reading
    names = (given_name(claim.name) for claim in (told, *claims.claims))
    return Sender(
        message_id=claims.message_id,
        sender=sender,
        claims=tuple(rest.values()),
        name=next(filter(None, names), None),
        locale=claims.locale and claims.locale[:35],
    )


def _as_seen(claim: Claim) -> str:
    return clean(claim.value).strip()[:LONGEST]


class Batch:
    """The senders of one batch: a second message of a new sender meets the customer that the first one made.

    Rows to write are gathered as dictionaries; nothing is asked of the database.
    """

    def __init__(self, holders: Mapping[Key, Iterable[Holder]], new_id: Callable[[], int], now: datetime) -> None:
        self._holders: dict[Key, list[Holder]] = defaultdict(list, {key: list(found) for key, found in holders.items()})
        self._names = {holder.root_id: (holder.name, holder.is_named) for found in self._holders.values() for holder in found}
        self._new_id = new_id
        self._now = now
        self.customers: dict[int, dict[str, object]] = {}
        self.identities: dict[int, dict[str, object]] = {}
        self.claims: list[dict[str, object]] = []
        self.questions: list[Question] = []
        self.proven: set[int] = set()
        self.seen_identities: set[int] = set()
        self.seen_customers: set[int] = set()
        # Leaf → root, and the name that was given at last.
        self.named: dict[int, tuple[int, str]] = {}

    def file(self, who: Sender) -> Resolution:
        """Return whose message it is."""
        sender = who.sender
        filing = file_sender(sender.kind, sender.trust, self._holders[sender.key])
        is_new, shared = False, defaultdict[int, list[tuple[Holder, Reading]]](list)
        if filing is None:
            self._match(shared, sender, root_id=None)
            filing = self._by_proof(who)
        if filing is None:
            is_new, filing = True, self._anew(who)
        else:
            self.seen_identities.add(filing.holder.identity_id)
            self.seen_customers.add(filing.holder.customer_id)
            self._name(who, filing)
        holder = filing.holder
        for claim in who.claims:
            self._keep(who, claim, holder, shared)
        self._ask(who, holder, shared)
        return Resolution(
            customer_id=holder.customer_id,
            root_id=holder.root_id,
            identity_id=holder.identity_id,
            customer_name=self._names[holder.root_id][0],
            is_new=is_new,
            is_verified=filing.is_verified,
            reason=filing.reason,
        )

    def _by_proof(self, who: Sender) -> Filing | None:
        """A new sender that proves another value of one known customer (an own contact card, a signed token) is that customer."""
        if who.sender.trust is not Trust.VERIFIED:
            return None
        proofs = [claim for claim in who.claims if claim.trust is Trust.VERIFIED]
        met = [(claim, holder) for claim in proofs if (holder := sole_proven(self._holders[claim.key])) is not None]
        if len({holder.root_id for _, holder in met}) != 1:
            return None
        claim, known = met[0]
        holder = self._hold(who.sender, known.customer_id, known.root_id, Trust.VERIFIED, is_sender=True)
        return Filing(holder=holder, is_verified=True, reason=by_own_word(claim.kind))

    def _anew(self, who: Sender) -> Filing:
        sender, customer_id = who.sender, self._new_id()
        name = who.name or made_name(sender.kind, sender.value, sender.normalised)
        self.customers[customer_id] = {"id": customer_id, "name": name, "is_named": who.name is not None, "locale": who.locale}
        self._names[customer_id] = name, who.name is not None
        trust = Trust.VERIFIED if sender.trust is Trust.VERIFIED else Trust.CLAIMED
        holder = self._hold(sender, customer_id, customer_id, trust, is_sender=True)
        return Filing(holder=holder, is_verified=trust is Trust.VERIFIED, reason=first_message(sender.kind, sender.trust))

    def _keep(self, who: Sender, claim: Reading, own: Holder, shared: dict[int, list[tuple[Holder, Reading]]]) -> None:
        """Note a further claim, and hold it as an identity unless half the world does."""
        self.claims.append(
            {
                "id": self._new_id(),
                "message_id": who.message_id,
                "customer_id": own.customer_id,
                "kind": claim.kind.value,
                "value": claim.value,
                "normalised": claim.normalised,
                "trust": claim.trust.value,
            }
        )
        holders = self._holders[claim.key]
        proven_elsewhere = any(holder.trust is Trust.VERIFIED and holder.root_id != own.root_id for holder in holders)
        proves = claim.trust is Trust.VERIFIED and not proven_elsewhere
        mine = [holder for holder in holders if holder.root_id == own.root_id]
        if mine:
            # The same evidence again is no new question.
            self.seen_identities.update(holder.identity_id for holder in mine)
            if proves and not any(holder.trust is Trust.VERIFIED for holder in mine):
                self._prove(claim.key, mine[0])
            return
        self._match(shared, claim, own.root_id)
        if claim.trust is Trust.VERIFIED or len({holder.root_id for holder in holders}) < MOST_HOLDERS:
            # A value that somebody else has proven stays theirs until an agent says that the two are one.
            self._hold(claim, own.customer_id, own.root_id, Trust.VERIFIED if proves else Trust.CLAIMED, is_sender=False)

    def _match(self, shared: dict[int, list[tuple[Holder, Reading]]], reading: Reading, root_id: int | None) -> None:
        """Gather who else holds a value: for a claim those who have proven it, for a proof also those who have only claimed it."""
        for holder in self._holders[reading.key]:
            if holder.root_id != root_id and Trust.VERIFIED in (holder.trust, reading.trust):
                shared[holder.root_id].append((holder, reading))

    def _ask(self, who: Sender, own: Holder, shared: Mapping[int, list[tuple[Holder, Reading]]]) -> None:
        asked = [(root_id, found) for root_id, found in shared.items() if root_id != own.root_id]
        for root_id, found in asked[:_MOST_QUESTIONS]:
            left = Profile(name=self._given(own.root_id), values=tuple(reading.known for _, reading in found))
            right = Profile(
                name=self._given(root_id),
                values=tuple(Known(kind=reading.kind, normalised=reading.normalised, trust=holder.trust) for holder, reading in found),
            )
            others = {reading.key: len({holder.root_id for holder in self._holders[reading.key]} - {own.root_id, root_id}) for _, reading in found}
            self.questions.append(
                Question(
                    message_id=who.message_id,
                    leaf_id=own.customer_id,
                    root_id=own.root_id,
                    other_leaf_id=found[0][0].customer_id,
                    other_root_id=root_id,
                    evidence=weigh(left, right, others),
                )
            )

    def _hold(self, reading: Reading, customer_id: int, root_id: int, trust: Trust, *, is_sender: bool) -> Holder:
        name, is_named = self._names[root_id]
        holder = Holder(
            identity_id=self._new_id(),
            customer_id=customer_id,
            root_id=root_id,
            name=name,
            is_named=is_named,
            trust=trust,
            is_sender=is_sender,
            last_seen_at=self._now,
        )
        self._holders[reading.key].append(holder)
        self.identities[holder.identity_id] = {
            "id": holder.identity_id,
            "customer_id": customer_id,
            "kind": reading.kind.value,
            "value": reading.value,
            "normalised": reading.normalised,
            "trust": trust.value,
            "is_sender": is_sender,
        }
        return holder

    def _prove(self, key: Key, holder: Holder) -> None:
        held = self._holders[key]
        held[held.index(holder)] = replace(holder, trust=Trust.VERIFIED)
        if holder.identity_id in self.identities:
            self.identities[holder.identity_id]["trust"] = Trust.VERIFIED.value
        else:
            self.proven.add(holder.identity_id)

    def _name(self, who: Sender, filing: Filing) -> None:
        """Take a name that comes at last for somebody who had none; never from a message that may be another's."""
        holder, certain = filing.holder, filing.is_verified or filing.holder.trust is not Trust.VERIFIED
        if who.name is None or not certain or self._names[holder.root_id][1]:
            return
        self._names[holder.root_id] = who.name, True
        if holder.customer_id in self.customers:
            self.customers[holder.customer_id] |= {"name": who.name, "is_named": True}
        else:
            self.named[holder.customer_id] = holder.root_id, who.name

    def _given(self, root_id: int) -> str | None:
        name, is_named = self._names[root_id]
        return name if is_named else None
