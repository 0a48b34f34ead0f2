"""What we make of a mail, for operators and for measuring: one JSON object for each mail, whatever its bytes."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from channels.contract import InboundFile
from channels.email import quoting
from channels.email.bounces import Judgement, MailKind
from channels.email.charsets import decode
from channels.email.framing import Envelope
from channels.email.headers import Mailbox, mailboxes
from channels.email.mime import MOST_BYTES
from channels.email.parse import Mail, read_mail
from channels.email.reports import is_temporary
from kernel.text import clean

Line = dict[str, object]
_CLASSES = {MailKind.HARD_BOUNCE: "hard", MailKind.SOFT_BOUNCE: "soft", MailKind.DELAY: "delay"}


def lines(paths: Iterable[str], standard_input: BinaryIO, *, is_text: bool = False) -> Iterator[str]:
    """Yield a line of JSON for each file; `-` is standard input, a folder stands for all files below it, in order of their names.

    What cannot be read is a line with a warning. With `is_text` each file is the plain text of a mail, and only its parts are told.
    """
    for path in paths:
        for name in [path] if path == "-" else _files(path):
            try:
                raw = standard_input.read(MOST_BYTES + 1) if name == "-" else _read(name)
            except OSError as trouble:
                yield _json({"path": name, "warnings": [f"The file cannot be read: {trouble.strerror or type(trouble).__name__}."]})
                continue
            yield _json({"path": name, **(inspected_text(raw) if is_text else inspected(raw))})


def inspected(raw: bytes) -> Line:
    """Return what we make of a mail. `from` is its author (null without one), `text` all of its text, `reply`, `signature` and `quoted` its parts."""
    mail = read_mail(raw, Envelope())
    return {
        "kind": str(mail.judgement.kind),
        "from": _author(mail),
        "to": [_person(box) for box in mail.to],
        "cc": [_person(box) for box in mail.cc],
        "subject": mail.subject,
        "message_id": mail.message_id,
        "references": list(mail.references),
        "text": mail.text,
        "html": mail.html,
        **_parts(mail.split),
        "attachments": [_file(file) for file in mail.files],
        "bounce": _bounce(mail.judgement),
        "warnings": list(dict.fromkeys(mail.warnings)),
    }


def inspected_text(raw: bytes) -> Line:
    """Return the parts of a plain text: the answer, the signature, the history."""
    return _parts(quoting.split(clean(decode(raw).replace("\r\n", "\n").replace("\r", "\n"))))


def _bounce(judgement: Judgement) -> Line | None:
    """Return what a delivery report says of a mail that did not arrive, or not yet; of several recipients the one by which it was judged."""
    told = _CLASSES.get(judgement.kind)
    if told is None:
        return None
    is_hard = judgement.kind is MailKind.HARD_BOUNCE
    report = next((one for one in judgement.reports if is_temporary(one) is not is_hard), next(iter(judgement.reports), None))
    return {
        "class": told,
        "status": report.status if report else None,
        "recipient": report.recipient if report else None,
        "original_message_id": judgement.original_message_id,
    }


def _author(mail: Mail) -> Line | None:
    """Return the first author who could be written to, else the first who is named at all; Sender and Reply-To stand in for a From that names nobody."""
    boxes = [box for name in ("from", "sender", "reply-to") for box in mailboxes(mail.root.values(name), mail.hint)]
    box = next((box for box in boxes if box.is_usable), next(iter(boxes), None))
    return None if box is None else _person(box)


def _person(box: Mailbox) -> Line:
    return {"name": box.name or None, "address": box.address or None}


def _parts(split: quoting.Split) -> Line:
    return {"reply": split.reply, "signature": split.signature, "quoted": split.quoted}


def _file(file: InboundFile) -> Line:
    content = file.content or b""
    return {"name": file.name, "type": file.media_type, "size": len(content), "inline": file.is_inline, "sha256": hashlib.sha256(content).hexdigest()}


def _files(path: str) -> list[str]:
    folder = Path(path)
    return sorted(str(found) for found in folder.rglob("*") if found.is_file()) if folder.is_dir() else [path]


def _read(name: str) -> bytes:
    path = Path(name)
    if path.exists() and not path.is_file():
        raise OSError("it is no file")  # a pipe would be waited for
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _json(line: Line) -> str:
    """Return a line as JSON that any terminal takes: letters as they are, halves of pairs (in odd file names) replaced."""
    return json.dumps(line, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")
