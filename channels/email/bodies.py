"""Which parts are the text, which the HTML, which are files: RFC 8621 §4.1.4, and what each of them holds once decoded."""

import binascii
import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from channels.email.charsets import codec_of, decode
from channels.email.headers import as_bytes, decode_words, from_base64
from channels.email.mime import Part
from kernel.text import clean

_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,60}")
_NEWLINES = re.compile(r"\r\n?")
# Reverse the reading direction or hide letters: "invoice\u202Efdp.exe" reads as "invoiceexe.pdf".
_TRICKS = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0x7F, *range(0x20)])
_LONGEST_NAME = 180
_PLAIN_ENCODINGS = frozenset({"", "7bit", "8bit", "binary", "7-bit", "8-bit", "none", "identity"})


@dataclass(slots=True)
class Bodies:
    """The leaves of a mail by what they are for; a part may be both text and HTML body (an image between paragraphs, or the only body there is)."""

    text: list[Part] = field(default_factory=list)
    html: list[Part] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)


def sort_out(root: Part) -> Bodies:
    """Return what the leaves of a tree are for."""
    bodies = Bodies()
    _sort([root], "mixed", False, bodies.html, bodies.text, bodies.files)
    return bodies


def _sort(parts: list[Part], kind: str, in_alternative: bool, html: list[Part] | None, text: list[Part] | None, files: list[Part]) -> None:
    """RFC 8621 §4.1.4's own algorithm; its null lists are None here."""
    texts_before = len(text or ())
    htmls_before = len(html or ())
    for index, part in enumerate(parts):
        if part.children:
            inner = media_type_of(part).partition("/")[2]
            _sort(part.children, inner, in_alternative or inner == "alternative", html, text, files)
            continue
        media_type = _leaf_type(part)
        if not _is_body(part, media_type, is_first=index == 0, kind=kind):
            files.append(part)
        elif kind == "alternative":
            chosen = {"text/plain": text, "text/html": html}.get(media_type)
            (files if chosen is None else chosen).append(part)
        else:
            if in_alternative and media_type in ("text/plain", "text/html"):
                text, html = (text, None) if media_type == "text/plain" else (None, html)
            for body in (text, html):
                if body is not None:
                    body.append(part)
            if (text is None or html is None) and _is_media(media_type):
                files.append(part)
    if kind == "alternative" and text is not None and html is not None:
        _lend(text, texts_before, html, htmls_before)


def _lend(text: list[Part], texts_before: int, html: list[Part], htmls_before: int) -> None:
    """Where an alternative has only one kind, let it stand for the other too."""
    if len(text) == texts_before:
        text += html[htmls_before:]
    elif len(html) == htmls_before:
        html += text[texts_before:]


def _leaf_type(part: Part) -> str:
    media_type = media_type_of(part)
    return "text/plain" if media_type.startswith("multipart/") else media_type  # a multipart without parts: what stands in it is read as text


def _is_media(media_type: str) -> bool:
    return media_type.startswith(("image/", "audio/", "video/"))


def _is_body(part: Part, media_type: str, *, is_first: bool, kind: str) -> bool:
    if disposition_of(part) == "attachment" or not (media_type in ("text/plain", "text/html") or _is_media(media_type)):
        return False
    return is_first or (kind != "related" and (_is_media(media_type) or not file_name(part)))


def media_type_of(part: Part) -> str:
    """Return a part's type, `application/octet-stream` where it is written in a way that no type is."""
    media_type = part.media_type
    return media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream"


def disposition_of(part: Part) -> str:
    """Return `inline`, `attachment`, another word, or ""."""
    return part.value("content-disposition").partition(";")[0].strip().lower()


def content_id_of(part: Part) -> str | None:
    """Return a part's Content-ID without brackets, as `cid:` links name it."""
    return clean(as_bytes(part.value("content-id")).decode("utf-8", "replace")).strip().strip("<>").strip()[:300] or None


def content_of(part: Part, warnings: list[str]) -> bytes:
    """Return a leaf's bytes, with its transfer encoding undone as far as it holds."""
    data = as_bytes(part.source)
    encoding = part.value("content-transfer-encoding").partition(";")[0].strip().lower().strip("\"'")
    if encoding == "base64":
        if data.strip() and not from_base64(data):
            warnings.append("A part says base64 and is not.")
            return data
        return from_base64(data)
    if encoding in ("quoted-printable", "quoted_printable"):
        return binascii.a2b_qp(data)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return b"".join(_uudecoded(data))
    if encoding not in _PLAIN_ENCODINGS:
        warnings.append("A part has a transfer encoding that does not exist.")
    return data


def _uudecoded(data: bytes) -> Iterator[bytes]:
    for line in data.splitlines():
        if line.startswith(b"begin ") or line in (b"end", b"`", b""):
            continue
        try:
            yield binascii.a2b_uu(line)
        except binascii.Error:
            # Some encoders count wrongly: the length that the line can hold is read instead (the library's own workaround).
            try:
                yield binascii.a2b_uu(line[: (((line[0] - 32) & 63) * 4 + 5) // 3 + 1])
            except binascii.Error:
                continue


def text_of(part: Part, warnings: list[str]) -> str:
    """Return a text part as text with `\\n` line ends and without control characters."""
    declared = _parameter(part, "charset") or None
    if declared and codec_of(declared) is None:
        warnings.append("A text has a charset that we do not know.")
    return clean(_NEWLINES.sub("\n", decode(content_of(part, warnings), declared)))


def file_name(part: Part) -> str | None:
    """Return the name that a part gives itself, or None.

    It is safe to show and to save: no path, no control or direction marks, 180 characters at most with its ending.
    """
    named = _parameter(part, "filename", "content-disposition") or _parameter(part, "name")
    name = re.split(r"[/\\]", decode_words(named).translate(_TRICKS))[-1].strip(" .\"'")
    name = " ".join(re.sub(r'[<>:"|?*]', "_", name).split())
    if not name:
        return None
    if len(name) > _LONGEST_NAME:
        stem, dot, ending = name.rpartition(".")
        name = f"{stem[: _LONGEST_NAME - len(ending) - 1]}.{ending}" if dot and len(ending) <= 12 else name[:_LONGEST_NAME]
    return name


def name_for(part: Part, number: int) -> str:
    """Return a part's own name, or one made of its place and type."""
    named = file_name(part)
    if named:
        return named
    media_type = media_type_of(part)
    if media_type == "message/rfc822":
        return f"message-{number}.eml"
    if media_type == "text/calendar":
        return "invite.ics"
    return f"part-{number}{mimetypes.guess_extension(media_type) or '.bin'}"


def _parameter(part: Part, name: str, header: str = "content-type") -> str:
    """Return a header's parameter, RFC 2231 pieces and percent signs undone; "" where there is none that can be read."""
    try:
        value = part.get_param(name, "", header)
    except (ValueError, TypeError, IndexError):  # the library stumbles over numbers and quotes in continuations
        return ""
    if isinstance(value, tuple):
        charset, _, text = value
        # The library undoes percent signs into Latin-1 letters, unless a piece is malformed.
        raw = text.encode("latin-1") if "%" not in text and all(ord(sign) < 256 for sign in text) else unquote_to_bytes(as_bytes(text))
        return decode(raw, charset)
    return str(value or "")
