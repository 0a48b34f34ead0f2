"""What agents may see, how sign-ins are slowed down, and how names and addresses of staff are written."""

import hashlib
import ipaddress
import unicodedata
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from kernel.text import clean
from staff.errors import BadAddress, NoName
from staff.values import Attempts, InboxAccess, Role

PER_ACCOUNT = 5
PER_ADDRESS = 20
WINDOW = timedelta(minutes=15)
_FIRST_BLOCK = timedelta(minutes=1)
_LONGEST_BLOCK = timedelta(hours=1)
LONGEST_SIGNATURE = 2000
_LONGEST_ADDRESS = 254  # RFC 5321 §4.5.3.1.3


def visible_inboxes(role: Role, team_ids: Collection[int], inboxes: Sequence[InboxAccess]) -> frozenset[int] | None:
    """Return which inboxes an agent may see: None for all, else those that are open to everybody or belong to one of the agent's teams."""
    if role is not Role.AGENT:
        return None
    return frozenset(inbox.id for inbox in inboxes if not inbox.is_restricted or inbox.team_id in team_ids)


def after_failure(before: Attempts | None, now: datetime, limit: int) -> Attempts:
    """Return the state after one more failed sign-in: from the `limit`-th within 15 minutes on each blocks, for a minute at first, doubled each time up to an hour.

    Failures are forgotten once 15 minutes have passed since the last one, or since the end of the block it led to.
    """
    failures = 1
    if before is not None and now - max(before.last_at, before.blocked_until or before.last_at) <= WINDOW:
        failures = before.failures + 1
    blocked_until = now + min(_FIRST_BLOCK * 2 ** min(failures - limit, 16), _LONGEST_BLOCK) if failures >= limit else None
    return Attempts(failures=failures, last_at=now, blocked_until=blocked_until)


def after_success(before: Attempts, limit: int) -> Attempts | None:
    """Return the state after an attempt that was counted as a failure turned out well; None when nothing is left to remember."""
    failures = before.failures - 1
    return Attempts(failures=failures, last_at=before.last_at, blocked_until=before.blocked_until if failures >= limit else None) if failures > 0 else None


def wait_of(attempts: Attempts | None, now: datetime) -> timedelta:
    """Return how long no sign-in is tried; zero when one may. A block from the time to come, before the clock was put back, holds nobody; the next failure does."""
    if attempts is None or attempts.blocked_until is None or attempts.last_at > now:
        return timedelta(0)
    return max(attempts.blocked_until - now, timedelta(0))


def account_key(email: str) -> str:
    """Return the name under which failures of an account are counted, whether it exists or not."""
    return _digest(f"account:{folded_email(email)}")


def address_key(address: str) -> str:
    """Return the name under which failures from a network address are counted; an IPv6 subscriber has a whole /64 to try from."""
    try:
        seen = ipaddress.ip_address(address)
    except ValueError:
        return _digest(f"address:{address}")
    network = ipaddress.ip_network((seen, 64), strict=False) if seen.version == 6 else seen
    return _digest(f"address:{network}")


def folded_email(email: str) -> str:
    """Return an agent's address as it is compared."""
    return unicodedata.normalize("NFC", clean(email)).strip().casefold()


def written_email(email: str) -> str:
    """Return an agent's address as it is kept and compared.

    Raises:
        BadAddress: it has no @ with something on both sides, or white space; whether mail arrives there is not for us to say.
    """
    folded = folded_email(email)
    local, _, domain = folded.rpartition("@")
    if not local or not domain or len(folded) > _LONGEST_ADDRESS or any(c.isspace() for c in folded):
        raise BadAddress
    return folded


def written_name(name: str) -> str:
    """Return a name as it is kept: NFC, on one line.

    Raises:
        NoName: nothing is left of it.
    """
    written = " ".join(unicodedata.normalize("NFC", clean(name)).split())[:200]
    if not written:
        raise NoName
    return written


def written_signature(text: str) -> str:
    """Return a signature as it is kept: its lines without what follows them, at most 2,000 characters."""
    return "\n".join(line.rstrip() for line in clean(text).splitlines()).strip("\n")[:LONGEST_SIGNATURE]


def _digest(name: str) -> str:
    """No address lies about in a table."""
    return hashlib.sha256(name.encode()).hexdigest()
