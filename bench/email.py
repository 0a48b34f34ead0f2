"""Reads a folder of raw mails and prints how well: `python -m bench.email FOLDER [--bounces truth.jsonl] [--replies truth.jsonl]`.

Where `NAME.json` lies beside a mail `NAME.eml` (or any other ending), it says what is to be read from it: any of `subject`, `from` (the
address), `text`, `attachments` (a list of SHA-256 sums). Truth of bounces: lines with `path` (in the folder), `label` (bounce, autoreply,
feedback, delivered or normal) and `dsn` (status numbers). Truth of replies: lines with `input`, `kind` (text or html) and `expected`.
"""

import argparse
import html
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.report import Figure, table
from channels.contract import Account, RawPayload
from channels.email.inspect import inspected, inspected_text
from channels.email.parse import parse

_TYPICAL = 64 * 1024
_SECONDS = 5.0
_TRUTH = frozenset({".json", ".jsonl"})
_MARKS = re.compile(r"[\s>*|_]+")
_ACCOUNT = Account(inbox_id=1, key="desk", name="Desk", address="support@desk.example.com", settings={})
_MEGABYTE = 1024 * 1024
_HURTING = {
    "On On On …": "On ",
    "dashes": "-",
    "spaces": " ",
    "quote marks": ">",
    "quoted lines": "> \n",
    "addresses": "<a@b.example> wrote:\n",
    "line ends": "\n",
    "tags": "<p>a</p>",
    "deep tags": "<div>",
    "deep quotes": "<blockquote>",
    "encoded words": "=?utf-8?q?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A mail and what was made of it; `line` is None where reading failed."""

    path: Path
    raw: bytes
    seconds: float
    line: Mapping[str, object] | None


def main() -> None:
    """Print the table for a folder."""
    asked = _asked()
    reads = [_read(path) for path in _mails(asked.folder)]
    figures = [*_survival(reads), *_speed(reads), *_agreement(reads)]
    if asked.bounces:
        figures += _bounces(asked.folder, _lines(asked.bounces))
    if asked.replies:
        figures += _replies(list(_lines(asked.replies)))
    figures.append(_hurt())
    print(table(figures))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.email", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="A folder of raw mails.")
    parser.add_argument("--bounces", type=Path, help="What kinds of mail the mails are.")
    parser.add_argument("--replies", type=Path, help="Texts, and the new parts of them.")
    asked = parser.parse_args()
    if not asked.folder.is_dir():
        parser.error(f"there is no folder {asked.folder}")
    return asked


def _mails(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix not in _TRUTH)


def _lines(path: Path) -> Iterator[dict[str, object]]:
    for line in path.read_text("utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def _read(path: Path) -> Read:
    raw = path.read_bytes()
    began = time.process_time()
    try:
        line = inspected(raw)
    except Exception as trouble:  # it is what is counted
        print(f"{path}: {type(trouble).__name__}: {trouble}")
        return Read(path=path, raw=raw, seconds=time.process_time() - began, line=None)
    return Read(path=path, raw=raw, seconds=time.process_time() - began, line=line)


def _survival(reads: list[Read]) -> Iterator[Figure]:
    slowest = max(reads, key=lambda read: read.seconds, default=None)
    empty = [read for read in reads if read.line is not None and not any(read.line[name] for name in ("from", "subject", "text", "attachments"))]
    yield Figure(name="mails", value=len(reads), unit="mails")
    yield Figure(name="crashes", value=sum(read.line is None for read in reads), unit="mails", at_most=0)
    yield Figure(name="without any result", value=len(empty), unit="mails", note=", ".join(read.path.name for read in empty[:5]))
    if slowest is not None:
        yield Figure(name="slowest mail", value=slowest.seconds, unit="s", at_most=2, note=slowest.path.name)


def _speed(reads: list[Read]) -> Iterator[Figure]:
    """Say how many mails of everyday size one core parses in a second, with quoting and kind."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    payloads = [
        RawPayload(source="email/imap", content_type="message/rfc822", body=read.raw, received_at=moment) for read in reads if len(read.raw) <= _TYPICAL
    ]
    if not payloads:
        return
    began = time.process_time()
    done = 0
    while (spent := time.process_time() - began) < _SECONDS:
        for payload in payloads:
            parse(_ACCOUNT, payload)
        done += len(payloads)
    yield Figure(name="parsed on one core", value=done / spent, unit="mails/s", at_least=700, note=f"{len(payloads)} mails up to {_TYPICAL // 1024} kB")


def _agreement(reads: list[Read]) -> Iterator[Figure]:
    """Say in how many mails each field is what the file beside the mail says."""
    found: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for read in reads:
        beside = read.path.with_suffix(".json")
        if read.line is None or not beside.is_file():
            continue
        for name, wanted in json.loads(beside.read_text("utf-8")).items():
            if name in _FIELDS:
                asked[name] += 1
                found[name] += _FIELDS[name](read.line) == _comparable(wanted)
    for name, count in asked.items():
        yield Figure(name=f"{name} as expected", value=100 * found[name] / count, unit="%", note=f"{found[name]} of {count}")


def _comparable(value: object) -> object:
    return sorted(map(str, value)) if isinstance(value, list) else _plain(value)


def _plain(value: object) -> str:
    return _MARKS.sub(" ", str(value or "")).strip()


def _address(line: Mapping[str, object]) -> str:
    author = line["from"]
    return _plain(author.get("address")) if isinstance(author, dict) else ""


def _sums(line: Mapping[str, object]) -> list[str]:
    files = line["attachments"]
    return sorted(str(file["sha256"]) for file in files) if isinstance(files, list) else []


_FIELDS: dict[str, Callable[[Mapping[str, object]], object]] = {
    "subject": lambda line: _plain(line["subject"]),
    "from": _address,
    "text": lambda line: _plain(line["text"]),
    "attachments": _sums,
}


def _bounces(folder: Path, truth: Iterable[Mapping[str, object]]) -> Iterator[Figure]:
    """Say how many bounces are found and sorted, and how many mails of people are left alone."""
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()

    def count(name: str, is_right: bool) -> None:
        asked[name] += 1
        right[name] += is_right

    for one in truth:
        path = folder / str(one["path"])
        if not path.is_file():
            continue
        line = inspected(path.read_bytes())
        bounce = line["bounce"]
        label = one["label"]
        if label == "bounce":
            count("bounces found", bounce is not None)
            classes = {str(status)[:1] for status in one.get("dsn") or ()} & {"4", "5"}  # type: ignore[attr-defined]  # a list, as the file has them
            if isinstance(bounce, dict) and len(classes) == 1:
                count("hard or soft right", (bounce["class"] == "hard") is (classes == {"5"}))
        elif label == "autoreply":
            count("auto-replies found", line["kind"] in _AUTOMATIC)
        elif label == "normal":
            count("human mail left alone", bounce is None and line["kind"] not in _AUTOMATIC)
        else:
            count(f"no bounce where {label}", not isinstance(bounce, dict) or bounce["class"] not in ("hard", "soft"))
    targets = {"bounces found": 99, "hard or soft right": 98, "auto-replies found": 95, "human mail left alone": 100}
    for name, number in asked.items():
        yield Figure(name=name, value=100 * right[name] / number, unit="%", at_least=targets.get(name), note=f"{right[name]} of {number}")


_AUTOMATIC = frozenset({"auto-reply", "out-of-office", "challenge"})


def _replies(truth: list[dict[str, object]]) -> Iterator[Figure]:
    """Say how often the new part is exactly what was expected, and how often words of it are lost or words of the history remain."""
    for kind in ("text", "html"):
        ones = [one for one in truth if one.get("kind", "text") == kind]
        if not ones:
            continue
        pairs = [(_reply(kind, str(one["input"])), _expected(kind, str(one["expected"]))) for one in ones]
        exact = sum(reply.split() == expected.split() for reply, expected in pairs)
        lost = sum(bool(Counter(expected.split()) - Counter(reply.split())) for reply, expected in pairs)
        left = sum(bool(Counter(reply.split()) - Counter(expected.split())) for reply, expected in pairs)
        yield Figure(
            name=f"new part exact ({kind})", value=100 * exact / len(pairs), unit="%", at_least=80 if kind == "text" else None, note=f"{exact} of {len(pairs)}"
        )
        yield Figure(
            name=f"words lost ({kind})", value=100 * lost / len(pairs), unit="%", at_most=3 if kind == "text" else None, note=f"{lost} of {len(pairs)}"
        )
        yield Figure(name=f"history left ({kind})", value=100 * left / len(pairs), unit="%", note=f"{left} of {len(pairs)}")


def _reply(kind: str, text: str) -> str:
    if kind == "text":
        return str(inspected_text(text.encode())["reply"])
    return str(inspected(_page(text))["reply"])


def _expected(kind: str, text: str) -> str:
    return text if kind == "text" else str(inspected(_page(text if "<" in text else html.escape(text)))["text"])


def _page(markup: str) -> bytes:
    return b"From: a@b.example\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + markup.encode("utf-8", "replace")


def _hurt() -> Figure:
    """Say how long the worst body of a megabyte takes, read as text and as HTML."""
    worst, name = 0.0, ""
    for what, piece in _HURTING.items():
        body = (piece * (_MEGABYTE // len(piece))).encode()
        for head in (b"text/plain", b"text/html"):
            raw = b"From: a@b.example\r\nContent-Type: " + head + b"\r\n\r\n" + body
            began = time.process_time()
            inspected(raw)
            if (spent := time.process_time() - began) > worst:
                worst, name = spent, f"{what} as {head.decode()}"
    return Figure(name="worst megabyte", value=worst, unit="s", at_most=0.5, note=name)


if __name__ == "__main__":
    main()
