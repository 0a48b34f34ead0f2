"""Which parts are the text, which the HTML, which are files: RFC 8621 §4.1.4, and what each of them holds once decoded."""

import mimetypes
import re
from dataclasses import dataclass, field

from channels.email.charsets import codec_of, decode, says_nothing
from channels.email.decoding import decoded
from channels.email.headers import as_bytes, decode_words
from channels.email.mime import Part
from kernel.text import clean

_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,60}")
_NEWLINES = re.compile(r"\r\n?")
# Reverse the reading direction or hide letters: "invoice\u202Efdp.exe" reads as "invoiceexe.pdf".
_TRICKS = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0x7F, *range(0x20)])
_META_CHARSET = re.compile(rb"<meta[^>]{1,200}?charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_CONTROLS = re.compile("[\x80-\x9f]")
_LONGEST_NAME = 180
_MOST_BYTES = 3_000_000


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
    return decoded(part.content, part.value("content-transfer-encoding"), warnings)


def text_of(part: Part, warnings: list[str]) -> str:
    """Return a text part as text with `\\n` line ends and without control characters."""
    return text_from(part, content_of(part, warnings), warnings)


def text_from(part: Part, data: bytes, warnings: list[str]) -> str:
    """Return a text part's decoded bytes as text: by the charset that it states, else by the one that stands in its HTML."""
    if len(data) > _MOST_BYTES:
        warnings.append(f"{len(data) - _MOST_BYTES} bytes left out: a text may have {_MOST_BYTES}.")
        data = data[:_MOST_BYTES]
    declared = part.parameter("charset") or None
    if declared and codec_of(declared) is None:
        if not says_nothing(declared):
            warnings.append("A text has a charset that we do not know.")
        declared = None
    hint = _META_CHARSET.search(data, 0, 4096) if not declared and part.media_type == "text/html" else None
    text = _NEWLINES.sub("\n", decode(data, declared, hint[1].decode("ascii") if hint else None))
    # What stands here in Unicode nobody means; it was the West's own charset when somebody made UTF-8 of it.
    return clean(_CONTROLS.sub(lambda sign: sign[0].encode("latin-1").decode("cp1252", "replace"), text) if not text.isascii() else text)


def file_name(part: Part) -> str | None:
    """Return the name that a part gives itself, or None; it is safe (see `safe_name`)."""
    return safe_name(decode_words(part.parameter("filename", "content-disposition") or part.parameter("name"))) or None


def safe_name(named: str) -> str:
    """Return a file's name safe to show and to save: no path, no control or direction marks, 180 characters at most with its ending; "" if nothing is left."""
    name = re.split(r"[/\\]", named.translate(_TRICKS))[-1].strip(" .\"'")
    name = " ".join(re.sub(r'[<>:"|?*]', "_", name).split())
    if len(name) > _LONGEST_NAME:
        stem, dot, ending = name.rpartition(".")
        name = f"{stem[: _LONGEST_NAME - len(ending) - 1]}.{ending}" if dot and len(ending) <= 12 else name[:_LONGEST_NAME]
    return clean(name)


def usual_type(name: str, stated: str = "") -> str:
    """Return a file's type: as stated where that is one, else by its name's ending."""
    stated = stated.strip().lower()
    return stated if _MEDIA_TYPE.fullmatch(stated) else mimetypes.guess_type(name)[0] or "application/octet-stream"


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
