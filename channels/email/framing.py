"""The frame by which a door hands an SMTP envelope along with a mail, so that a replay knows it too.

A framed payload has the content type `message/rfc822; envelope=prepended` and begins with the lines
`X-Kindred-Envelope-From: <…>` (empty brackets for the null sender) and `X-Kindred-Envelope-To: <…>, <…>`, as a mail server
prepends its trace headers: the whole stays a readable mail. Without that parameter such lines are the sender's own and are
not believed.

Of a mail that is too large its beginning may be all that was fetched: the content type then states the size of the whole.
"""

import re
from dataclasses import dataclass

from channels.contract import RawPayload

PLAIN = "message/rfc822"
FRAMED = "message/rfc822; envelope=prepended"
_STATED_SIZE = re.compile(r"; beginning-of=(\d{1,18})")
_FROM = b"X-Kindred-Envelope-From: "
_TO = b"X-Kindred-Envelope-To: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What the transport said: the sender ("" is the null sender, None is not known) and the recipients that are ours."""

    sender: str | None = None
    recipients: tuple[str, ...] = ()


def framed(envelope: Envelope, raw: bytes) -> bytes:
    """Return a mail with its envelope before it."""
    recipients = ", ".join(f"<{_safe(recipient)}>" for recipient in envelope.recipients)
    head = f"<{_safe(envelope.sender or '')}>\r\n".encode()
    return _FROM + head + _TO + recipients.encode() + b"\r\n" + raw


def opened(payload: RawPayload) -> tuple[Envelope, bytes]:
    """Return the envelope and the mail as it came."""
    if "envelope=prepended" not in payload.content_type or not payload.body.startswith(_FROM):
        return Envelope(), payload.body
    first, _, rest = payload.body.partition(b"\r\n")
    second, _, raw = rest.partition(b"\r\n")
    if not second.startswith(_TO):
        return Envelope(), payload.body
    sender = first[len(_FROM) :].strip(b"<>").decode("utf-8", "replace")
    recipients = second[len(_TO) :].decode("utf-8", "replace").split(", ")
    return Envelope(sender=sender, recipients=tuple(recipient.strip("<>") for recipient in recipients if recipient)), raw


def beginning_of(size: int) -> str:
    """Return the content type of the first bytes of a mail that has `size` of them."""
    return f"{PLAIN}; beginning-of={size}"


def size_of_whole(payload: RawPayload) -> int | None:
    """Return how many bytes the mail has of which this is only the beginning, or None for a whole one."""
    stated = _STATED_SIZE.search(payload.content_type)
    return int(stated[1]) if stated else None


def _safe(address: str) -> str:
    return "".join(sign for sign in address.encode("utf-8", "replace").decode() if sign.isprintable() and sign not in "<> ,")
