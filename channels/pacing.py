"""How fast an inbox may send, whatever its channel: by a setting that its adapter offers, obeyed by the outbox."""

from collections.abc import Mapping
from datetime import timedelta

MOST_PER_MINUTE = "most_per_minute"


def pace_of(settings: Mapping[str, str]) -> timedelta | None:
    """Return how long an inbox rests between two messages; None where its channel has no such setting, or it is 0."""
    most = settings.get(MOST_PER_MINUTE, "")
    return timedelta(minutes=1) / int(most) if most.isdecimal() and int(most) else None
