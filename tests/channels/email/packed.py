"""Writes what mail programs pack mails into: winmail.dat, and the frame of an opaque S/MIME signature."""

import struct
from collections.abc import Callable, Sequence

STRING, UNICODE, BINARY, OBJECT, NUMBER = 0x001E, 0x001F, 0x0102, 0x000D, 0x0003


def prop(kind: int, number: int, value: bytes, name: bytes = b"") -> bytes:
    """Return a MAPI property; `name` is a named one's."""
    head = struct.pack("<HH", kind, number) + name
    if kind == NUMBER:
        return head + value
    return head + struct.pack("<II", 1, len(value)) + value + b"\0" * (-len(value) % 4)


def props(*ones: bytes) -> bytes:
    """Return a list of properties."""
    return struct.pack("<I", len(ones)) + b"".join(ones)


def attribute(number: int, value: bytes) -> bytes:
    """Return an attribute with its checksum."""
    return struct.pack("<BII", 2, number, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def tnef(*attributes: bytes) -> bytes:
    """Return a winmail.dat."""
    return struct.pack("<IH", 0x223E9F78, 1) + attribute(0x00069007, struct.pack("<II", 1252, 0)) + b"".join(attributes)


def file(title: bytes, content: bytes, *properties: bytes) -> bytes:
    """Return the attributes of a file."""
    more = attribute(0x00069005, props(*properties)) if properties else b""
    return attribute(0x00069002, bytes(14)) + attribute(0x0006800F, content) + attribute(0x00018010, title + b"\0") + more


def message(*properties: bytes) -> bytes:
    """Return the attribute that says what the message says."""
    return attribute(0x00069003, props(*properties))


def lzfu(text: bytes) -> bytes:
    """Return RTF in Outlook's compression, every letter for itself."""
    runs = [text[at : at + 8] for at in range(0, len(text), 8)]
    packed = b"".join(b"\0" + run for run in runs)
    return struct.pack("<II4sI", len(packed) + 12, len(text), b"LZFu", 0) + packed


def der(tag: int, *content: bytes) -> bytes:
    """Return a value with its length stated."""
    inside = b"".join(content)
    size = len(inside).to_bytes(4, "big")
    return bytes([tag, 0x84]) + size + inside


def ber(tag: int, *content: bytes) -> bytes:
    """Return a value whose end is marked."""
    return bytes([tag, 0x80]) + b"".join(content) + b"\0\0"


def signed(content: Sequence[bytes], write: Callable[..., bytes] = der) -> bytes:
    """Return CMS signed data around some content, without certificates and signatures; in several pieces where there are."""
    data = bytes.fromhex("06092a864886f70d0107")
    octets = der(0x04, content[0]) if len(content) == 1 else write(0x24, *(der(0x04, piece) for piece in content))
    inner = write(0x30, data + b"\1", write(0xA0, octets))
    return write(0x30, data + b"\2", write(0xA0, write(0x30, der(0x02, b"\1"), write(0x31, write(0x30, b"\x06\x01\x2a")), inner, der(0x31))))
