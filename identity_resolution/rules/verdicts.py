"""What to do with what a message claims: file, ask, or leave alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kernel.claims import IdentityKind, Trust

# A card costs an agent a click, so a clean value is asked about even against a differing name; a shared or weak one is not.
ASK_FROM = -4.0
# A value with this many holders is a switchboard or a made-up address: it says nothing and gains no more holders by being typed.
MOST_HOLDERS = 8

_WORDS = {
    IdentityKind.EMAIL: "e-mail address",
    IdentityKind.PHONE: "number",
    IdentityKind.TELEGRAM: "Telegram account",
    IdentityKind.CHAT: "chat",
    IdentityKind.EXTERNAL: "account",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A customer who holds a value: the leaf, its root, what the root is called and whether either was given a name."""

    identity_id: int
    customer_id: int
    root_id: int
    name: str
    is_named: bool
    trust: Trust
    is_sender: bool
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """Where a message goes: to a holder, whether that is proven, and why in words."""

    holder: Holder
    is_verified: bool
    reason: str


def file_sender(kind: IdentityKind, trust: Trust, holders: Sequence[Holder]) -> Filing | None:
    """Return where a sender's message is filed, or None when it needs a customer of its own.

    A verified sender meets who holds the value verified; an unverified one only meets what it made itself, never somebody proven.
    """
    word = _WORDS[kind]
    if trust is not Trust.VERIFIED:
        own = [holder for holder in holders if holder.trust is not Trust.VERIFIED and holder.is_sender]
        return Filing(holder=_last_seen(own), is_verified=False, reason=f"same unverified {word} as before") if own else None
    proven = [holder for holder in holders if holder.trust is Trust.VERIFIED]
    if not proven:
        return None
    shared_by = len({holder.root_id for holder in proven})
    if shared_by == 1:
        return Filing(holder=_last_seen(proven), is_verified=True, reason=f"same {word} as before")
    return Filing(holder=_last_seen(proven), is_verified=False, reason=f"{word} shared by {shared_by} customers; filed with the one seen last")


def first_message(kind: IdentityKind, trust: Trust) -> str:
    """Say in words why there is a new customer."""
    return f"first message from this {_WORDS[kind]}" if trust is Trust.VERIFIED else f"first message from this {_WORDS[kind]}, which is not verified"


def sole_proven(holders: Sequence[Holder]) -> Holder | None:
    """Return the one customer who holds a value verified, or None when there is none or several."""
    proven = [holder for holder in holders if holder.trust is Trust.VERIFIED]
    return _last_seen(proven) if len({holder.root_id for holder in proven}) == 1 else None


def by_own_word(kind: IdentityKind) -> str:
    """Say in words why a new sender's message went to a known customer."""
    return f"the sender proved the {_WORDS[kind]} of this customer"


def is_worth_asking(bits: float) -> bool:
    """Say whether evidence between two customers is worth an agent's click."""
    return bits >= ASK_FROM


def _last_seen(holders: Sequence[Holder]) -> Holder:
    return max(holders, key=lambda holder: (holder.last_seen_at, holder.customer_id))
