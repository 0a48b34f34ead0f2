"""What a delivery report says of each recipient, by RFC 3464's fields wherever they stand; and what a server's number and words mean."""

import re
from dataclasses import dataclass

from channels.email.bounce_phrases import NOWHERE, PASSING, TEMPORARY
from channels.email.mime import Part
from channels.email.returned import MOST_PARTS, MOST_READ, RETURNED_TYPES, before_copy, head_of

MOST_REPORTS = 100
_LONGEST_WORDS = 1_000
_LONGEST_VALUE = 4_000
_LONGEST_ADDRESS = 400
_MOST_LINES = 4_000

REPORT_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
RECEIPT_TYPES = frozenset({"message/disposition-notification", "message/global-disposition-notification"})
COMPLAINT_TYPES = frozenset({"message/feedback-report"})
ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'|=]{1,80}@[a-z0-9][a-z0-9.-]{0,250}[a-z0-9]", re.IGNORECASE)
# An enhanced status (RFC 3463); not an address of four numbers, not a version.
_STATUS = re.compile(r"(?<![\d.v/-])(?<!ersion )([245])\.([0-7])\.(\d{1,3})(?!\d|\.\d)")
# A reply of SMTP where the like stands: at the beginning of a line, behind a bracket, a colon, a hash, or a word for it.
_REPLY = re.compile(
    r"(?:^|[:;(\[{<>'\"#=|]|\b(?:said|says|code|errors?|response|returned|was|status|replied|reply|with|is|smtp))[ \t]{0,4}([45][0-5]\d)(?=[-: .,;)\]#'\"]|$)",
    re.IGNORECASE | re.MULTILINE,
)
_FIELD = re.compile(r"[ \t>|]{0,20}([A-Za-z][A-Za-z-]{2,60})[ \t]{0,20}:[ \t]{0,20}(.*)")
_RECIPIENTS = ("original-recipient", "final-recipient", "x-actual-recipient", "original-rcpt-to", "removal-recipient")
_FIELDS = frozenset(
    {
        *_RECIPIENTS,
        "action",
        "status",
        "diagnostic-code",
        "remote-mta",
        "reporting-mta",
        "disposition",
        "original-message-id",
        "feedback-type",
        "will-retry-until",
    }
    | {
        "arrival-date",
        "last-attempt-date",
        "original-envelope-id",
        "x-original-message-id",
        "received-from-mta",
        "x-supplementary-info",
        "x-display-name",
        "final-log-id",
    }
)
# Statuses of an address or a domain that is not there; those that say nothing of the kind leave it to the words.
_NOWHERE = frozenset({"1.1", "1.2", "1.3", "1.6", "1.10", "1.351", "4.4"})
_VAGUE_ABOUT_PLACE = frozenset({"0.0", "1.0", "2.1", "3.0", "4.1", "5.0"})
_PASSING = frozenset({"2.2", "4.1", "4.2", "4.5", "4.7"})
_VAGUE_ABOUT_TIME = frozenset({"0.0", "2.0", "3.0", "4.0"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of the mail to one recipient.

    `status` is RFC 3463's, made of the SMTP reply where the server gave no other ("550" is 5.0.0), None where it gave none. `words` are
    the server's own, 1,000 characters at most; `action` is RFC 3464's ("failed", "delayed", "delivered", …), "" where it is not said.
    `is_address_dead`: the address or its domain is not there, no later mail arrives. `may_pass`: a later mail may arrive, whatever class
    the server gave: a full mailbox, a rate, a server that was down.
    """

    recipient: str | None
    status: str | None
    words: str
    action: str = ""
    is_address_dead: bool = False
    may_pass: bool = False


def made(recipient: str | None, status: str | None, words: str, action: str = "") -> Report:
    """Return a report with what follows from status and words."""
    lowered = words.lower()
    about = status[2:] if status else "0.0"
    is_refused = status is None or status.startswith("5")
    is_delayed = status is not None and status.startswith("4")
    is_dead = is_refused and (about in _NOWHERE or (about in _VAGUE_ABOUT_PLACE and any(phrase in lowered for phrase in NOWHERE)))
    passes = is_delayed or (is_refused and about in _PASSING) or (is_refused and about in _VAGUE_ABOUT_TIME and any(phrase in lowered for phrase in PASSING))
    return Report(recipient=recipient, status=status, words=words, action=action, is_address_dead=is_dead, may_pass=passes and not is_dead)


def is_temporary(report: Report) -> bool:
    """Say whether the server gave up over what it calls temporary itself: by its number (4.x.x), else by its words."""
    if report.status:
        return not report.status.startswith("5")
    lowered = report.words.lower()
    return any(phrase in lowered for phrase in TEMPORARY)


def status_in(words: str) -> str | None:
    """Return the status that a server's words give, by its SMTP reply ("550" is 5.0.0) where there is no other; for good goes before for now."""
    found = enhanced_in(words)
    if found is not None:
        return found
    replies = {reply[0] for reply in _REPLY.findall(words[:_LONGEST_VALUE])}
    return "5.0.0" if "5" in replies else "4.0.0" if "4" in replies else None


def enhanced_in(words: str) -> str | None:
    """Return the first status of RFC 3463 that tells of trouble, in a server's words."""
    return next((found[0] for found in _STATUS.finditer(words) if found[1] != "2"), None)


def bounded(words: str) -> str:
    """Return words on one line, 1,000 characters at most."""
    return " ".join(words[: 4 * _LONGEST_WORDS].split())[:_LONGEST_WORDS]


def fields_of(root: Part, types: frozenset[str]) -> list[dict[str, str]]:
    """Return the groups of fields in the parts of these types, or, where there are none, in whichever text holds them; the first of each name."""
    leaves = [part for part in root.walk() if not part.children][:MOST_PARTS]
    groups = [group for part in leaves if part.media_type in types for group in _groups(head_of(part))]
    if not groups:
        groups = [group for part in leaves if _may_hold_fields(part) for group in _groups(before_copy(head_of(part)))]
    return groups[:MOST_REPORTS]


def fields_below(root: Part) -> list[dict[str, str]]:
    """Return the groups of fields in what a report returns: a gateway may wrap the first server's report in one of its own."""
    leaves = [part for part in root.walk() if not part.children][:MOST_PARTS]
    return [group for part in leaves for group in _groups(head_of(part)) if "action" in group][:MOST_REPORTS]


def _may_hold_fields(part: Part) -> bool:
    if part.media_type in RETURNED_TYPES or part.media_type.startswith(("image/", "audio/", "video/")):
        return False
    # True for every transfer encoding that leaves letters alone; base64 is rare enough to be undone.
    return b"recipient" in part.content[:MOST_READ].lower() or part.value("content-transfer-encoding").strip().lower() == "base64"


def _groups(text: str) -> list[dict[str, str]]:
    """Return groups of fields; a name that comes again begins the next group also where no empty line parts them."""
    groups: list[dict[str, str]] = [{}]
    last = ""
    for line in text.split("\n")[:_MOST_LINES]:
        field = None if last and line[:1] in (" ", "\t") else _FIELD.match(line)
        name = field[1].lower() if field else ""
        if field and name in _FIELDS:
            if name in groups[-1] and name in ("final-recipient", "original-recipient", "action"):
                groups.append({})
            groups[-1].setdefault(name, field[2].strip()[:_LONGEST_VALUE])
            last = name
        elif not line.strip():
            if not groups[-1].keys().isdisjoint((*_RECIPIENTS, "action")):
                groups.append({})
            last = ""
        elif last and not field and (line[:1] in (" ", "\t") or last == "diagnostic-code") and len(groups[-1][last]) < _LONGEST_VALUE:
            groups[-1][last] = f"{groups[-1][last]} {line.strip()[:_LONGEST_VALUE]}".strip()
        else:
            last = ""
        if len(groups) > MOST_REPORTS:
            break
    return [group for group in groups if group]


def report_of(group: dict[str, str]) -> Report:
    """Return what one group of a delivery status says."""
    diagnosis = group.get("diagnostic-code", "")
    words = bounded(diagnosis.partition(";")[2] or diagnosis or group.get("x-supplementary-info", ""))
    action = re.split(r"[\s(;]", group.get("action", "").strip().lower(), maxsplit=1)[0].strip("<>\"'.,")
    return made(_recipient_in(group), _status_of(group.get("status", ""), words, action), words, action)


def _status_of(field: str, words: str, action: str) -> str | None:
    """Return the stated status; that in the server's own words where it is more exact, or refuses for good what was only stated as for now."""
    stated = _STATUS.search(field)
    if stated is None:
        return status_in(words)
    told = enhanced_in(words)
    is_vague = stated[0].endswith(".0.0") and told is not None and stated[1] == told[0]
    is_refusal = action == "failed" and stated[1] == "4" and told is not None and told[0] == "5"
    return told if is_vague or is_refusal else stated[0]


def _recipient_in(group: dict[str, str]) -> str | None:
    for name in _RECIPIENTS:
        found = ADDRESS.search(group.get(name, "")[:_LONGEST_ADDRESS])
        if found:
            return found[0]
    return None
