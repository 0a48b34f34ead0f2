"""A bounce or complaint that a cloud mailer reports as JSON in a mail (Amazon SES by SNS): read by its fields, also where lines were broken."""

import re

from channels.email.reports import Report, made

_MOST_READ = 64 * 1024
_KIND = re.compile(r"\"(?:notificationType|eventType)\"\s{0,9}:\s{0,9}\"(\w{1,40})\"")
_FOREVER = re.compile(r"\"bounceType\"\s{0,9}:\s{0,9}\"(\w{1,40})\"")
_STATUS = re.compile(r"\"status\"\s{0,9}:\s{0,9}\"([245]\.\d\.\d{1,3})\"")
_WORDS = re.compile(r"\"diagnosticCode\"\s{0,9}:\s{0,9}\"([^\"]{1,1000})")
_ADDRESS = re.compile(r"\"emailAddress\"\s{0,9}:\s{0,9}\"[^\"@]{0,200}?([^\"@\s<>]{1,80}@[^\"@\s<>]{1,255})>?\"")
_DELIVERED = re.compile(r"\"recipients\"\s{0,9}:\s{0,9}\[\s{0,9}\"([^\"@\s]{1,80}@[^\"@\s]{1,255})\"")
_ID = re.compile(r"\"(?:name\"\s{0,9}:\s{0,9}\"Message-ID\"\s{0,9},\s{0,9}\"value|messageId)\"\s{0,9}:\s{0,9}\"(<[^<>\"\s]{1,900}>)\"", re.IGNORECASE)
_ACTIONS = {"bounce": "failed", "delivery": "delivered", "complaint": "complained", "deliverydelay": "delayed"}


def notification_of(text: str) -> tuple[tuple[Report, ...], str | None] | None:
    """Return the reports of a notification and the original Message-ID, None where the text is none; an action may be `complained`."""
    if not text[:200].lstrip().startswith("{"):
        return None
    # SNS may wrap the notification as a string of its own, and servers break its long lines.
    body = text[:_MOST_READ].replace("!\n ", "").replace("\n", "").replace('\\"', '"')
    kind = _KIND.search(body)
    action = _ACTIONS.get(kind[1].lower()) if kind else None
    if action is None:
        return None
    forever = _FOREVER.search(body)
    passing = "4.0.0" if forever and forever[1].lower() == "transient" else "5.0.0"
    given = {"failed": passing, "delivered": "2.0.0", "delayed": "4.0.0"}.get(action)
    reports = []
    places = [*_ADDRESS.finditer(body)][:100] or [*_DELIVERED.finditer(body)][:1]
    for place in places:
        # The fields of one recipient stand around its address, in any order, between brackets.
        start, end = body.rfind("{", 0, place.start()), body.find("}", place.end())
        group = body[max(start, 0) : end if end > 0 else len(body)][:4_000]
        status, words = _STATUS.search(group), _WORDS.search(group)
        told = words[1] if words else ""
        stated = status[1] if status and action in ("failed", "delayed") else given
        reports.append(made(place[1], stated, told, action))
    found = _ID.search(body)
    return tuple(reports) or (made(None, given, "", action),), found[1] if found else None
