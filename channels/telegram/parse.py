"""Telegram's updates in our words; pure. https://core.telegram.org/bots/api#update

Plain JSON and no aiogram types: those cost 172 MB to import, and refuse a whole update for a field that is newer than they are.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import orjson

from channels.contract import InboundFile, InboundMessage, RawPayload, Unreadable
from kernel.claims import Claim, IdentityKind, Trust
from kernel.text import clean

MOST_BYTES = 20 * 1024 * 1024  # what getFile gives at most
LONGEST_NAME = 200
LONGEST_FILE_NAME = 200

# Kinds of media that are one file each, and how a nameless one is called.
_MEDIA = {
    "document": ("document", "application/octet-stream"),
    "audio": ("audio.mp3", "audio/mpeg"),
    "voice": ("voice.ogg", "audio/ogg"),
    "video": ("video.mp4", "video/mp4"),
    "video_note": ("video.mp4", "video/mp4"),
}
# What a customer may send that we cannot show yet; the agent is told of it. Everything else without content is a service message.
_LEFT_OUT = ("location", "venue", "poll", "dice", "game", "story", "paid_media", "checklist", "invoice")

Json = Mapping[str, object]


def updates(inbox_id: int, payload: RawPayload) -> list[InboundMessage]:
    """Return the message of one update: new or edited, from a private chat; nothing for updates of any other kind.

    Raises:
        Unreadable: it is no update, or lacks what Telegram always sends.
    """
    try:
        update = orjson.loads(payload.body)
    except orjson.JSONDecodeError:
        raise Unreadable("This is not JSON.") from None
    if not isinstance(update, dict) or not _is_int(update.get("update_id")):
        raise Unreadable("This is not an update.", field="update_id")
    for name in ("message", "edited_message"):
        if name in update:
            said = _object(update, name)
            if _object(said, "chat").get("type") == "private":
                found = _message(inbox_id, said, payload, is_edit=name == "edited_message")
                return [found] if found else []
    return []


def _message(inbox_id: int, said: Json, payload: RawPayload, *, is_edit: bool) -> InboundMessage | None:
    chat, sender = _object(said, "chat"), _object(said, "from")
    chat_id, user_id, message_id = _int(chat, "id"), _int(sender, "id"), _int(said, "message_id")
    files, warnings = _files(said)
    contact = _object(said, "contact") if "contact" in said else None
    text = _text(said) or (_card(contact) if contact else "")
    warnings += [f"{kind.replace('_', ' ')} left out" for kind in _LEFT_OUT if kind in said]
    # A live location is edited every few seconds; an edit without words or files says nothing to an agent.
    if not text and not files and (is_edit or not warnings):
        return None
    edited_at = _int(said, "edit_date") if is_edit else 0
    first, last = _str(sender, "first_name"), _str(sender, "last_name")
    locale = _str(sender, "language_code")
    return InboundMessage(
        inbox_id=inbox_id,
        external_id=f"{chat_id}:{message_id}:edit:{edited_at}" if is_edit else f"{chat_id}:{message_id}",
        sender=Claim(kind=IdentityKind.TELEGRAM, value=str(user_id), trust=Trust.VERIFIED, name=f"{first} {last}".strip()[:LONGEST_NAME] or None),
        text=text,
        claims=_own_number(contact, user_id) if contact else (),
        thread_key=str(chat_id),
        sent_at=_moment(edited_at or _int(said, "date")),
        files=tuple(files),
        locale=locale[:35] or None,
        is_automatic=sender.get("is_bot") is True,
        warnings=(*warnings, "edited") if is_edit else tuple(warnings),
        raw=payload,
    )


def _text(said: Json) -> str:
    text = _str(said, "text") or _str(said, "caption")
    if not text and "sticker" in said:
        return _str(_object(said, "sticker"), "emoji")
    return text


def _files(said: Json) -> tuple[list[InboundFile], list[str]]:
    """Return the files to fetch, and words for those that are too large to be had."""
    files: list[InboundFile] = []
    warnings: list[str] = []
    for name, media_type, found in _media(said):
        size = found.get("file_size")
        if isinstance(size, int) and size > MOST_BYTES:
            warnings.append("a file over 20 MB left out")
        else:
            files.append(InboundFile(name=name, media_type=media_type, content=None, remote_id=_needed(found, "file_id")))
    if "sticker" in said and not _text(said):
        warnings.append("sticker left out")
    return files, warnings


def _media(said: Json) -> Iterator[tuple[str, str, Json]]:
    for kind, (nameless, media_type) in _MEDIA.items():
        if kind in said:
            found = _object(said, kind)
            yield _str(found, "file_name")[-LONGEST_FILE_NAME:] or nameless, _media_type(_str(found, "mime_type")) or media_type, found
    if "photo" in said:
        sizes = said["photo"]
        if not isinstance(sizes, list) or not sizes or not all(isinstance(size, dict) for size in sizes):
            raise Unreadable("photo is malformed.", field="photo")
        yield "photo.jpg", "image/jpeg", max(sizes, key=lambda size: _int(size, "width") * _int(size, "height"))


def _media_type(said: str) -> str:
    kind, _, rest = said.partition("/")
    return said if kind.isalpha() and rest and said.isascii() and " " not in said and len(said) <= 100 else ""


def _own_number(contact: Json, user_id: int) -> tuple[Claim, ...]:
    """Return the sender's phone number when the card is their own: Telegram itself says whose it is."""
    number = _str(contact, "phone_number")
    if not number or contact.get("user_id") != user_id:
        return ()
    # Telegram's own numbers are international, some clients leave out the plus.
    return (Claim(kind=IdentityKind.PHONE, value=number if number.startswith("+") else f"+{number}", trust=Trust.VERIFIED),)


def _card(contact: Json) -> str:
    name = f"{_str(contact, 'first_name')} {_str(contact, 'last_name')}".strip()
    return "\n".join(filter(None, (name, _str(contact, "phone_number"))))


def _object(holder: Json, name: str) -> Json:
    value = holder.get(name)
    if not isinstance(value, dict):
        raise Unreadable(f"{name} is missing or malformed.", field=name)
    return value


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _int(holder: Json, name: str) -> int:
    value = holder.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unreadable(f"{name} is missing or malformed.", field=name)
    return value


def _str(holder: Json, name: str) -> str:
    value = holder.get(name)
    return clean(value).strip() if isinstance(value, str) else ""


def _needed(holder: Json, name: str) -> str:
    value = _str(holder, name)
    if not value or len(value) > 400:
        raise Unreadable(f"{name} is missing or malformed.", field=name)
    return value


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise Unreadable("A date is out of range.", field="date") from None
