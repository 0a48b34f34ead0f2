"""winmail.dat taken apart: the files and the text in Microsoft's TNEF ([MS-OXTNEF]), read as far as it holds."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.email.charsets import decode
from channels.email.rtf import decompressed, rtf_to_text

_SIGNATURE = 0x223E9F78
_MOST_FILES = 100
_MOST_ATTRIBUTES = 5_000
_MOST_PROPERTIES = 4_000
_DEEPEST = 5

# Attributes, by the low half of their number (the high half is a type).
_ATTACH_BEGINS, _ATTACH_TITLE, _ATTACH_DATA, _ATTACH_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_MESSAGE_PROPERTIES, _BODY, _CODEPAGE = 0x9003, 0x800C, 0x9007
# MAPI properties.
_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME, _MIME_TYPE, _DATA, _CONTENT_ID = 0x3707, 0x3704, 0x3001, 0x370E, 0x3701, 0x3712
_TEXT_BODY, _HTML_BODY, _RTF_BODY, _MESSAGE_CODEPAGE = 0x1000, 0x1013, 0x1009, 0x3FDE
_FIXED = {0x0001: 0, 0x0002: 4, 0x0003: 4, 0x0004: 4, 0x000A: 4, 0x000B: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x0014: 8, 0x0040: 8, 0x0048: 16}
_STRING8, _UNICODE, _BINARY, _OBJECT = 0x001E, 0x001F, 0x0102, 0x000D


@dataclass(slots=True, kw_only=True)
class TnefFile:
    """A file inside; any of its facts may be missing ("")."""

    name: str = ""
    media_type: str = ""
    content_id: str = ""
    content: bytes | None = None


@dataclass(slots=True, kw_only=True)
class Unpacked:
    """What a winmail.dat holds. `is_whole` says that it was understood to its end, so that nothing is lost without it."""

    files: list[TnefFile] = field(default_factory=list)
    text: str = ""
    html: str = ""
    is_whole: bool = True


class _Broken(ValueError):
    """The bytes end before what they promise."""


def unpacked(data: bytes, depth: int = 0) -> Unpacked:
    """Return what is inside; whatever the bytes, and in time linear in them."""
    found = Unpacked()
    codepage = ""
    try:
        if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
            raise _Broken
        for number, value in _attributes(data):
            if number == _CODEPAGE and len(value) >= 4:
                codepage = f"cp{struct.unpack_from('<I', value)[0]}"
            elif number == _ATTACH_BEGINS:
                if len(found.files) >= _MOST_FILES:
                    raise _Broken
                found.files.append(TnefFile())
            else:
                _note(found, number, value, codepage, depth)
    except (_Broken, struct.error):
        found.is_whole = False
    found.files = [file for file in found.files if file.content is not None]
    return found


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 6
    for _ in range(_MOST_ATTRIBUTES):
        if position >= len(data):
            return
        _, number, length = struct.unpack_from("<BII", data, position)
        end = position + 9 + length
        if end > len(data):
            raise _Broken
        yield number & 0xFFFF, data[position + 9 : end]
        position = end + 2  # a checksum, which programs get wrong
    raise _Broken


def _note(found: Unpacked, number: int, value: bytes, codepage: str, depth: int) -> None:
    """Take what one attribute says."""
    if number == _MESSAGE_PROPERTIES:
        _note_message(found, dict(_properties(value)), codepage)
    elif number == _BODY:
        found.text = found.text or _text(value, codepage)
    elif not found.files:
        return
    elif number == _ATTACH_TITLE:
        found.files[-1].name = found.files[-1].name or _text(value, codepage)
    elif number == _ATTACH_DATA:
        found.files[-1].content = value
    elif number == _ATTACH_PROPERTIES:
        _note_file(found, found.files[-1], dict(_properties(value)), codepage, depth)


def _note_message(found: Unpacked, said: dict[int, tuple[int, bytes]], codepage: str) -> None:
    of_html = f"cp{struct.unpack('<I', said[_MESSAGE_CODEPAGE][1])[0]}" if len(said.get(_MESSAGE_CODEPAGE, (0, b""))[1]) == 4 else codepage
    if _TEXT_BODY in said:
        found.text = _string(said[_TEXT_BODY], codepage)
    if _HTML_BODY in said:
        found.html = _string(said[_HTML_BODY], "utf-8" if of_html == "cp65001" else of_html)
    if _RTF_BODY in said and not found.text and not found.html:
        found.text = rtf_to_text(decompressed(said[_RTF_BODY][1]))


def _note_file(found: Unpacked, file: TnefFile, said: dict[int, tuple[int, bytes]], codepage: str, depth: int) -> None:
    def told(*numbers: int) -> str:
        return next((text for number in numbers if number in said and (text := _string(said[number], codepage))), "")

    file.name = told(_LONG_NAME) or file.name or told(_SHORT_NAME, _DISPLAY_NAME)
    file.media_type = told(_MIME_TYPE)
    file.content_id = told(_CONTENT_ID)
    if _DATA not in said:
        return
    kind, value = said[_DATA]
    if kind != _OBJECT:
        file.content = value
    elif depth < _DEEPEST and value[16:20] == struct.pack("<I", _SIGNATURE):
        # A message as an attachment: its interface's number, then a TNEF of its own. Its text and its files stand in the open.
        inner = unpacked(value[16:], depth + 1)
        file.content = (inner.text or inner.html).encode("utf-8", "replace")
        file.name = f"{file.name or 'message'}{'.txt' if inner.text else '.html'}"
        file.media_type = "text/plain" if inner.text else "text/html"
        found.files += inner.files[: _MOST_FILES - len(found.files)]
        found.is_whole = found.is_whole and inner.is_whole
    else:
        file.content = value[16:]


def _properties(data: bytes) -> Iterator[tuple[int, tuple[int, bytes]]]:
    """Yield number, type and value of each MAPI property ([MS-OXTNEF] 2.1.3.4); of several values the first."""
    count = struct.unpack_from("<I", data)[0]
    position = 4
    for _ in range(min(count, _MOST_PROPERTIES)):
        kind, number = struct.unpack_from("<HH", data, position)
        position += 4
        if number >= 0x8000:
            position = _after_name(data, position)
        is_many = bool(kind & 0x1000)
        kind &= 0x0FFF
        size = _FIXED.get(kind)
        if size is None and kind not in (_STRING8, _UNICODE, _BINARY, _OBJECT):
            raise _Broken
        values = 1
        if is_many or size is None:
            values = struct.unpack_from("<I", data, position)[0]
            position += 4
            if values > len(data) // 4:
                raise _Broken
        first: bytes | None = None
        for _ in range(values):
            if size is None:
                length = struct.unpack_from("<I", data, position)[0]
                position += 4
            else:
                length = size
            if position + length > len(data):
                raise _Broken
            first = data[position : position + length] if first is None else first
            position += length + (-length % 4)
        if first is not None:
            yield number, (kind, first)


def _after_name(data: bytes, position: int) -> int:
    """Return where a property with a name of its own goes on: behind a GUID and a number or a string."""
    position += 16
    kind, number = struct.unpack_from("<II", data, position)
    if kind == 0:
        return position + 8
    end = position + 8 + int(number) + (-int(number) % 4)
    if end > len(data):
        raise _Broken
    return end


def _string(value: tuple[int, bytes], codepage: str) -> str:
    kind, data = value
    return data.decode("utf-16-le", "replace").rstrip("\0") if kind == _UNICODE else _text(data, codepage)


def _text(data: bytes, codepage: str) -> str:
    return decode(data.rstrip(b"\0"), codepage or None)
