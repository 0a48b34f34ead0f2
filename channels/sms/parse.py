"""Twilio's forms in our words; pure. https://www.twilio.com/docs/messaging/guides/webhook-request"""

from functools import lru_cache

from multidict import MultiDictProxy
from yarl import URL

from channels.contract import InboundMessage, RawPayload, Receipt, ReceiptState, Unreadable
from kernel.claims import Claim, IdentityKind, Trust
from kernel.text import clean

MOST_FIELDS = 500
LONGEST_ID = 200
LONGEST_NAME = 200

_STATES = {
    "sent": ReceiptState.SENT,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.READ,
    "undelivered": ReceiptState.FAILED,
    "failed": ReceiptState.FAILED,
}

_ERRORS = {
    "21610": "The recipient has opted out with STOP.",
    "30001": "Twilio's queue for this number is full.",
    "30002": "The Twilio account is suspended.",
    "30003": "The phone is switched off or out of reach.",
    "30004": "The recipient or the carrier blocks messages from this number.",
    "30005": "There is no such number.",
    "30006": "The number is a landline, or its carrier takes no SMS.",
    "30007": "The carrier filtered it as spam.",
    "30008": "The carrier did not say why.",
    "30032": "The toll-free number is not verified with the carriers.",
    "30034": "The sending number is not registered with the carriers (A2P 10DLC).",
    "30410": "The carrier did not answer in time.",
}


@lru_cache(64)  # what was just verified is read next
def form(body: bytes) -> MultiDictProxy[str]:
    """Return the fields of a form in order, repeated ones included.

    Raises:
        Unreadable: it is not UTF-8, or has more fields than Twilio would send.
    """
    try:
        # By yarl, in C: a form of twenty fields takes the standard library 165 µs, four times as long.
        fields = URL.build(query_string=body.decode("utf-8"), encoded=True).query
        if len(fields) > MOST_FIELDS:
            raise Unreadable("This is not a form that Twilio would send.")
        return fields
    except ValueError:
        raise Unreadable("This is not a form that Twilio would send.") from None


def message(inbox_id: int, payload: RawPayload) -> InboundMessage:
    """Return the message in an incoming form; media are counted in its warnings and left out.

    Raises:
        Unreadable: a field that Twilio always sends is missing or senseless.
    """
    fields = form(payload.body)
    sender = _needed(fields, "From")
    media = _count(fields.get("NumMedia", "0"))
    if "Body" not in fields and not media:
        raise Unreadable("The form lacks Body.", field="Body")
    name = clean(fields.get("ProfileName", "")).strip()[:LONGEST_NAME]
    return InboundMessage(
        inbox_id=inbox_id,
        external_id=_needed(fields, "MessageSid"),
        sender=Claim(kind=IdentityKind.PHONE, value=sender, trust=Trust.VERIFIED, name=name or None),
        text=clean(fields.get("Body", "")),
        thread_key=sender,
        warnings=(f"{media} media left out",) if media else (),
        raw=payload,
    )


def receipt(inbox_id: int, payload: RawPayload) -> Receipt | None:
    """Return what a status form says, or None for a step that changes nothing (queued, accepted, sending).

    Raises:
        Unreadable: it does not name the message or its status.
    """
    fields = form(payload.body)
    sid, status = _needed(fields, "MessageSid"), _needed(fields, "MessageStatus")
    state = _STATES.get(status)
    if state is None:
        return None
    return Receipt(inbox_id=inbox_id, vendor_id=sid, state=state, error=_reason(fields.get("ErrorCode", "")) if state is ReceiptState.FAILED else None)


def _reason(code: str) -> str:
    if not (code.isascii() and code.isdigit()) or len(code) > 6:
        return "Twilio did not say why."
    return f"{_ERRORS.get(code, 'Twilio could not deliver it.')} (Twilio {code})"


def _needed(fields: MultiDictProxy[str], name: str) -> str:
    value = clean(fields.get(name, "")).strip()
    if not value or len(value) > LONGEST_ID:
        raise Unreadable(f"The form lacks {name}.", field=name)
    return value


def _count(value: str) -> int:
    if value and not (value.isascii() and value.isdigit() and len(value) <= 3):
        raise Unreadable("NumMedia is not a number.", field="NumMedia")
    return int(value or 0)
