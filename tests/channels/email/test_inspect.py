"""What `kindred email inspect` prints: a line for each mail, for whatever bytes."""

import io
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cli import main
from channels.email.inspect import inspected, inspected_text, lines
from tests.channels.email.mails import SAMPLES, mail

KEYS = ["kind", "from", "to", "cc", "subject", "message_id", "references", "text", "html", "reply", "signature", "quoted", "attachments", "bounce", "warnings"]


def printed(*arguments: str, given: bytes = b"") -> list[dict[str, object]]:
    """Return what the command prints, line by line."""
    result = CliRunner().invoke(main, ["email", "inspect", *arguments], input=given, catch_exceptions=False)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_line_says_what_was_made_of_a_mail() -> None:
    (line,) = printed(str(SAMPLES / "gmail_reply.eml"))
    assert list(line) == ["path", *KEYS]
    assert (line["kind"], line["from"], line["message_id"]) == ("message", {"name": "Ada Quist", "address": "ada@example.com"}, "<CA+1@mail.gmail.com>")
    assert line["reply"] == "Thank you, Tuesday suits me."
    assert "Shall we bring it on Tuesday?" in str(line["text"])
    assert "Shall we bring it on Tuesday?" in str(line["quoted"])
    assert line["bounce"] is None


def test_a_file_is_told_by_name_type_size_and_sum() -> None:
    (line,) = printed(str(SAMPLES / "only_attachment.eml"))
    files = line["attachments"]
    assert isinstance(files, list)
    (file,) = files
    assert (file["name"], file["type"], file["inline"]) == ("bill.pdf", "application/pdf", False)
    assert file["size"] > 0
    assert len(file["sha256"]) == 64


@pytest.mark.parametrize(
    ("head", "author"),
    [
        ({"From": "Ada <ada@example.com>, Bo <bo@example.com>"}, {"name": "Ada", "address": "ada@example.com"}),
        ({"From": "Nobody", "Sender": "bo@example.com"}, {"name": None, "address": "bo@example.com"}),
        ({"From": "Nobody"}, {"name": "Nobody", "address": None}),
        ({"From": "<>"}, None),
        ({"From": ""}, None),
    ],
)
def test_the_author_is_the_first_of_use(head: dict[str, str], author: dict[str, str] | None) -> None:
    assert inspected(mail(**head))["from"] == author


def test_a_mail_comes_by_standard_input() -> None:
    (line,) = printed("-", given=mail("Hello from a pipe."))
    assert (line["path"], line["text"]) == ("-", "Hello from a pipe.")


def test_a_folder_is_walked_in_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("c.eml", "a.eml", "b/d.eml"):
        (tmp_path / name).write_bytes(mail(Subject=name))
    assert [line["subject"] for line in printed(str(tmp_path))] == ["a.eml", "b/d.eml", "c.eml"]


def test_what_cannot_be_read_is_a_warning_and_no_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "last.eml").write_bytes(mail(Subject="last"))
    first, second, third = printed(str(tmp_path / "none.eml"), str(tmp_path / "pipe"), str(tmp_path / "last.eml"))
    assert first["warnings"] == ["The file cannot be read: No such file or directory."]
    assert "cannot be read" in str(second["warnings"])
    assert third["subject"] == "last"


def test_a_plain_text_is_parted(tmp_path: Path) -> None:
    text = b"Yes.\r\n\r\nOn Tue, 10 Mar 2026, Desk <support@desk.example.com> wrote:\r\n> Shall we?\r\n"
    (tmp_path / "text").write_bytes(text)
    expected = {"reply": "Yes.", "signature": None, "quoted": "On Tue, 10 Mar 2026, Desk <support@desk.example.com> wrote:\n> Shall we?"}
    assert printed("--text", str(tmp_path / "text")) == [{"path": str(tmp_path / "text"), **expected}]
    assert printed("--text", "-", given=text) == [{"path": "-", **expected}]


def test_letters_stay_letters_and_halves_of_pairs_break_nothing(tmp_path: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/\xff.eml"
    Path(os.fsdecode(odd)).write_bytes(mail("Grüße"))
    (line,) = lines([str(tmp_path)], io.BytesIO())
    assert "Grüße" in line
    assert json.loads(line)["path"].endswith("?.eml")


@given(raw=st.one_of(st.binary(max_size=400), st.sampled_from(sorted(SAMPLES.glob("*.eml"))).map(Path.read_bytes)))
@settings(max_examples=150, deadline=None)
def test_any_bytes_make_a_line(raw: bytes) -> None:
    assert list(inspected(raw)) == KEYS
    assert list(inspected_text(raw)) == ["reply", "signature", "quoted"]
    json.dumps(inspected(raw)).encode()
