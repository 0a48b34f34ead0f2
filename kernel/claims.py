"""The shared words for who somebody says they are; channels make claims, identity resolution weighs them."""

from dataclasses import dataclass
from enum import StrEnum


class IdentityKind(StrEnum):
    """Kinds of ways to reach a customer."""

    EMAIL = "email"
    PHONE = "phone"
    TELEGRAM = "telegram"
    CHAT = "chat"
    EXTERNAL = "external"


class Trust(StrEnum):
    """How far a claim is to be believed, from the channel that carried it."""

    VERIFIED = "verified"
    SIGNED = "signed"
    CLAIMED = "claimed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one message says about its sender, before anyone believes it; `value` is as seen."""

    kind: IdentityKind
    value: str
    trust: Trust = Trust.CLAIMED
    name: str | None = None
