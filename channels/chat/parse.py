"""A visitor's message, as our own edge hands it over, in our words; pure."""

import re

import orjson

from channels.chat.manifest import MANIFEST
from channels.contract import InboundMessage, RawPayload, Unreadable
from kernel.claims import Claim, IdentityKind, Trust
from kernel.text import clean

LONGEST_NAME = 200
LONGEST_ADDRESS = 254  # RFC 5321 §4.5.3.1.3
_ID = re.compile(r"[A-Za-z0-9._~-]{1,100}")
_ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+")
_LOCALE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,3}")


def message(inbox_id: int, payload: RawPayload) -> InboundMessage:
    """Return the message in `{visitor_id, client_id, text, name?, email?, locale?}`.

    The visitor's id is the truth, because the edge has checked the token that carries it; name and address are only what somebody typed.

    Raises:
        Unreadable: no ids, no text, or more text than the channel takes.
    """
    try:
        said = orjson.loads(payload.body)
    except orjson.JSONDecodeError:
        raise Unreadable("This is not JSON.") from None
    if not isinstance(said, dict):
        raise Unreadable("This is not a JSON object.")
    visitor, client = _id(said, "visitor_id"), _id(said, "client_id")
    text = _text(said.get("text"))
    name = _optional(said, "name")
    address = _optional(said, "email")
    locale = _optional(said, "locale")
    is_address = address is not None and len(address) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(address) is not None
    return InboundMessage(
        inbox_id=inbox_id,
        external_id=f"{visitor}:{client}",
        sender=Claim(kind=IdentityKind.CHAT, value=visitor, trust=Trust.VERIFIED, name=name[:LONGEST_NAME] if name else None),
        text=text,
        claims=(Claim(kind=IdentityKind.EMAIL, value=address, trust=Trust.CLAIMED),) if address and is_address else (),
        thread_key=visitor,
        locale=locale if locale and _LOCALE.fullmatch(locale) else None,
        warnings=("an e-mail address that is none left out",) if address and not is_address else (),
        raw=payload,
    )


def _id(said: dict[str, object], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Unreadable(f"{name} is missing or malformed.", field=name)
    return value


def _text(value: object) -> str:
    text = clean(value) if isinstance(value, str) else ""
    if not text.strip():
        raise Unreadable("There is no text.", field="text")
    if MANIFEST.text_limit is not None and len(text) > MANIFEST.text_limit:
        raise Unreadable(f"The text is longer than {MANIFEST.text_limit} characters.", field="text")
    return text


def _optional(said: dict[str, object], name: str) -> str | None:
    value = said.get(name)
    return clean(value).strip() or None if isinstance(value, str) else None
