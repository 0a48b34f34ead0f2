"""What a mail holds below its headers: its text, its HTML made safe, and its files, with winmail.dat and uuencode unpacked."""

import html
import mimetypes
import re
from dataclasses import dataclass, field
from urllib.parse import unquote, unquote_to_bytes

from channels.contract import InboundFile
from channels.email import tnef
from channels.email.bodies import (
    content_id_of,
    content_of,
    disposition_of,
    file_name,
    media_type_of,
    name_for,
    safe_name,
    sort_out,
    text_from,
    usual_type,
)
from channels.email.decoding import from_base64, uuencoded_files
from channels.email.flowed import joined
from channels.email.locations import base_of, bound, location_of
from channels.email.markup import MOST_MARKUP, clean_html, html_to_text, is_too_deep
from channels.email.mime import Part
from kernel.text import clean

_MOST_TEXT = 1_000_000
_MOST_FILES = 100
_DATA_IMAGE = re.compile(r"(\bsrc\s{0,9}=\s{0,9}[\"']?)data:(image/[a-z0-9.+-]{2,30});base64,([A-Za-z0-9+/=%\s]{1,})", re.IGNORECASE)
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a mail holds: `text` is the whole plain text (made from the HTML where there is none), `html` is safe to show.

    `source` is the HTML that the text was made from, as it came: the marks of mail programs in it are lost where it is made safe.
    """

    text: str
    html: str | None = None
    source: str | None = field(default=None, repr=False)
    files: tuple[InboundFile, ...] = ()


@dataclass(slots=True)
class _Found:
    """What is gathered part by part."""

    warnings: list[str]
    sources: dict[int, str] = field(default_factory=dict)
    letters: int = 0
    inside: list[InboundFile] = field(default_factory=list)


def read_content(root: Part, warnings: list[str]) -> Content:
    """Return what lies in a tree."""
    bodies = sort_out(root)
    found = _Found(warnings)
    for part in [*bodies.text, *bodies.html]:
        # What comes behind more text than is shown stays a file.
        if _is_text(part) and id(part) not in found.sources and found.letters <= _MOST_TEXT:
            found.sources[id(part)] = _source(part, found)
            found.letters += len(found.sources[id(part)])
    others = list({id(part): part for part in [*bodies.text, *bodies.html, *bodies.files] if id(part) not in found.sources}.values())
    names = {id(part): f"inline-{number}" for number, part in enumerate(others, start=1)}
    _bind_by_location(root, bodies.html, others, found.sources, names)
    shown = _shown(bodies.html, found.sources, names)
    if shown and "data:image/" in shown:
        shown = _DATA_IMAGE.sub(lambda picture: _linked(picture, found), shown)
    if shown and len(shown) > MOST_MARKUP:
        warnings.append(f"{len(shown) - MOST_MARKUP} letters left out: HTML may have {MOST_MARKUP}.")
        shown = shown[:MOST_MARKUP]
    text, source = _text(bodies.text, found.sources, shown)
    files, hidden = _files(others, shown or "", {id(part) for part in bodies.html}, names, warnings)
    if hidden and not text.strip():
        text = hidden.text or html_to_text(hidden.html)
        shown = hidden.html or shown
        source = None
    if len(text) > _MOST_TEXT:
        warnings.append(f"{len(text) - _MOST_TEXT} letters left out: a text may have {_MOST_TEXT}.")
        text = text[:_MOST_TEXT]
    if shown is not None and is_too_deep(shown):
        warnings.append("The HTML is nested deeper than we show; its text stands alone.")
        shown = None
    files += found.inside
    if len(files) > _MOST_FILES:
        warnings.append(f"{len(files) - _MOST_FILES} files left out: a mail may have {_MOST_FILES}.")
    safe = clean_html(shown) if shown is not None else None
    return Content(text=clean(text).strip("\n"), html=safe, source=source, files=tuple(files[:_MOST_FILES]))


def _source(part: Part, found: _Found) -> str:
    """Return a text part's text; files that stand in it in uuencode become files."""
    data = content_of(part, found.warnings)
    if not _is_html(part) and b"begin " in data:
        data, files = uuencoded_files(data)
        for name, content in files:
            shown = safe_name(name.decode("utf-8", "replace")) or f"part-{len(found.inside) + 1}.bin"
            found.inside.append(InboundFile(name=shown, media_type=usual_type(shown), content=content))
    text = text_from(part, data, found.warnings)
    if part.parameter("format").lower() == "flowed" and not _is_html(part):
        return joined(text, deletes_space=part.parameter("delsp").lower() == "yes")
    return text


def _bind_by_location(root: Part, parts: list[Part], others: list[Part], sources: dict[int, str], names: dict[int, str]) -> None:
    """Let HTML that names pictures by where they lay name them by Content-ID."""
    pictures = [part for part in others if part.value("content-location")]
    if not pictures:
        return
    for part in parts:
        if _is_html(part) and id(part) in sources:
            base = base_of(root, [part], sources[id(part)])
            ids = {location_of(picture, base): content_id_of(picture) or names[id(picture)] for picture in reversed(pictures)}
            sources[id(part)] = bound(sources[id(part)], base, ids)


def _shown(parts: list[Part], sources: dict[int, str], names: dict[int, str]) -> str | None:
    """Return the HTML that shows the mail, or None where no part of it is any; a picture that lies between the texts stands in its place."""
    if not any(_is_html(part) for part in parts):
        return None
    pieces = []
    for part in parts:
        source = sources.get(id(part))
        if source is None:
            if media_type_of(part).startswith("image/"):
                pieces.append(f'<p><img src="cid:{html.escape(content_id_of(part) or names[id(part)])}"></p>')
        else:
            pieces.append(source if _is_html(part) else f"<pre>{html.escape(source)}</pre>")
    return "".join(pieces)


def _linked(picture: re.Match[str], found: _Found) -> str:
    """Make a picture that is written into the HTML a file that the HTML names."""
    if len(found.inside) >= _MOST_FILES:
        return picture[1]
    number = len(found.inside) + 1
    media_type = picture[2].lower()
    name = f"picture-{number}{mimetypes.guess_extension(media_type) or ''}"
    content = from_base64(unquote_to_bytes(picture[3]))
    found.inside.append(InboundFile(name=name, media_type=media_type, content=content, content_id=f"picture-{number}", is_inline=True))
    return f"{picture[1]}cid:picture-{number}"


def _text(parts: list[Part], sources: dict[int, str], shown: str | None) -> tuple[str, str | None]:
    """Return the plain text, and the HTML that it was made from."""
    texts = [part for part in parts if id(part) in sources]
    if any(sources[id(part)].strip() for part in texts if not _is_html(part)):
        return "\n".join(sources[id(part)] if not _is_html(part) else html_to_text(sources[id(part)]) for part in texts), None
    return (html_to_text(shown), shown) if shown else ("", None)


def _is_html(part: Part) -> bool:
    return media_type_of(part) == "text/html"


def _is_text(part: Part) -> bool:
    media_type = media_type_of(part)
    return media_type in ("text/plain", "text/html") or media_type.startswith("multipart/")


def _files(parts: list[Part], markup: str, placed: set[int], names: dict[int, str], warnings: list[str]) -> tuple[list[InboundFile], tnef.Unpacked | None]:
    """Return the files of some parts, and what else a winmail.dat among them says."""
    linked = unquote(markup) if "cid:" in markup else ""
    files: list[InboundFile] = []
    hidden: tnef.Unpacked | None = None
    for number, part in enumerate(parts, start=1):
        if len(files) >= 2 * _MOST_FILES:
            break
        media_type = media_type_of(part)
        content = content_of(part, warnings)
        if media_type in _TNEF or (file_name(part) or "").lower() == "winmail.dat":
            opened = tnef.unpacked(content)
            hidden = hidden or opened
            files += [_unpacked(file, place, linked) for place, file in enumerate(opened.files, start=number)]
            if opened.is_whole:
                continue
            warnings.append("A winmail.dat is damaged; what could be read stands beside it.")
        is_placed = id(part) in placed and bool(markup) and media_type.startswith("image/")
        content_id = content_id_of(part) or (names[id(part)] if is_placed or f"cid:{names[id(part)]}" in linked else None)
        is_linked = content_id is not None and f"cid:{content_id}" in linked
        files.append(
            InboundFile(
                name=name_for(part, number),
                media_type=media_type,
                content=content,
                content_id=content_id,
                is_inline=is_linked or (media_type.startswith("image/") and disposition_of(part) == "inline" and content_id is not None),
            )
        )
    return files, hidden


def _unpacked(file: tnef.TnefFile, number: int, linked: str) -> InboundFile:
    name = safe_name(file.name) or f"part-{number}.bin"
    content_id = clean(file.content_id).strip("<> ")[:300] or None
    return InboundFile(
        name=name,
        media_type=usual_type(name, file.media_type),
        content=file.content,
        content_id=content_id,
        is_inline=content_id is not None and f"cid:{content_id}" in linked,
    )
