"""How an activity writes down what was before and after: plain JSON, from which the very same values come back."""

from collections.abc import Mapping
from datetime import UTC, datetime

_IDS = frozenset({"assignee_id", "team_id", "first_response_id", "last_message_id", "linked_case_id"})
_MOMENTS = frozenset({"resolved_at", "snoozed_until", "waiting_since", "first_response_at"})


def written(field: str, value: object) -> object:
    """Return a value for an activity: ids as strings (a browser's numbers end at 2⁵³), moments in ISO 8601 UTC to the microsecond."""
    if value is None:
        return None
    if field in _IDS:
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return value


def read(field: str, value: object) -> object:
    """Return the value that was written."""
    if not isinstance(value, str):
        return value
    if field in _IDS:
        return int(value)
    return datetime.fromisoformat(value) if field in _MOMENTS else value


def difference(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """Return what was and what is, written, of the fields in `after` that changed only."""
    changed = [field for field, value in after.items() if before.get(field) != value]
    return {field: written(field, before.get(field)) for field in changed}, {field: written(field, after[field]) for field in changed}


def is_still(current: Mapping[str, object], after: Mapping[str, object]) -> bool:
    """Say whether all that an activity changed is still as it left it; `after` is as written, `current` is not."""
    return all(written(field, current.get(field)) == value for field, value in after.items())
