"""Words that mean something elsewhere: line ends in headers, marks of templates. Here they are words."""

import base64
from dataclasses import replace
from email import message_from_bytes, policy
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.contract import OutboundFile
from channels.email.compose import compose
from channels.email.parse import parse
from inbox.models import Message
from kernel.claims import IdentityKind
from kernel.errors import Undeliverable
from tests.api.desk import Desk
from tests.channels.email.mails import ACCOUNT, answer, plain
from tests.support import house
from tests.support.torture import size

pytestmark = pytest.mark.torture

EVIL = "x\r\nBcc: all@evil.example\r\n\r\n<script>"
HEADERS = {"from", "to", "reply-to", "subject", "date", "message-id", "in-reply-to", "references", "mime-version", "content-type"}
ends = st.sampled_from(["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\0", "\r\n\r\n", "\r\n "])
evil = st.lists(st.text(max_size=10) | ends | st.just("Bcc: all@evil.example") | st.just("=?utf-8?q?=0D=0ABcc:_all?="), max_size=6).map("".join)
TEMPLATES = [
    "{{ 7*7 }}",
    "{% for x in y %}",
    "${7*7}",
    "%s %(name)s %n",
    "{0.__class__.__mro__}",
    "{text!r:>{width}}",
    "$NAME `id` now",
    "<%= 7*7 %>",
    "#{7*7}",
    "\\1 \\g<0>",
]


@given(name=evil, subject=evil, file=evil, reference=evil, author=evil)
@settings(max_examples=size(150, 3_000), deadline=None)
def test_no_word_makes_a_header_in_a_mail(name: str, subject: str, file: str, reference: str, author: str) -> None:
    said = answer(recipient_name=name, subject=subject, author_name=author, references=(f"<{reference}@x>", "<a@b>"), quoted=f"{subject}\r\n.\r\n{name}")
    raw = compose(replace(ACCOUNT, name=author), replace(said, files=(OutboundFile(name=file, media_type=f"text/plain\r\n{file}", content=b"x"),)))
    head = raw.partition(b"\r\n\r\n")[0]
    assert {line.partition(b":")[0].decode().lower() for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))} <= HEADERS
    sent = message_from_bytes(raw, policy=policy.default)
    assert [header.lower() for header in sent].count("bcc") == 0
    for part in sent.walk():
        assert {header.lower() for header in part} <= HEADERS | {"content-transfer-encoding", "content-disposition"}
    # Nor does a lone dot end the mail early: no line of it is one.
    assert b"\r\n.\r\n" not in raw
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "recipient",
    [
        "a@b.example\r\nBcc: x@y.example",
        "a@b.example\nRCPT TO:<x@y.example>",
        "<a@b.example> x@y.example",
        "=?utf-8?q?a=0D=0ABcc:_x?=@b.example",
        "a@b.example,x@y.example",
    ],
)
def test_a_recipient_is_one_recipient(recipient: str) -> None:
    with pytest.raises(Undeliverable):
        compose(ACCOUNT, answer(recipient=recipient))


@given(name=evil, subject=evil)
@settings(max_examples=size(100, 2_000), deadline=None)
def test_what_a_mail_says_of_itself_stays_on_one_line(name: str, subject: str) -> None:
    """A header that was encoded comes out with its line ends undone: it will stand in mails of ours."""

    def word(text: str) -> str:
        return f"=?utf-8?b?{base64.b64encode(text.encode('utf-8', 'replace')).decode()}?="

    said = parse(ACCOUNT, plain(f"From: {word(name)} <ada@example.com>\r\nSubject: {word(subject)}\r\n\r\nHello".encode()))
    for text in (said.subject or "", said.sender.name or ""):
        assert not set(text) & set("\r\n\0")


@pytest.fixture
async def mailed(desk: Desk) -> tuple[Desk, str]:
    """A desk with a mail inbox."""
    made = await desk.estate.house.directory.create(channel="email", name="Support", address="support@desk.example", settings=house.EMAIL)
    return desk, str(made.id)


@pytest.mark.parametrize("words", TEMPLATES)
async def test_marks_of_templates_are_words(mailed: tuple[Desk, str], words: str) -> None:
    """In names, subjects, texts, notes, replies, and in the mail that leaves."""
    desk, inbox = mailed
    said = house.said(int(inbox), f"I say {words}", sender="ada@example.com", kind=IdentityKind.EMAIL, subject=f"About {words}", name=f"Ada {words}"[:40])
    case_id = str((await desk.estate.intake.take(said)).case_id)
    assert (await desk.otto.post(f"/cases/{case_id}/note", {"text": f"Noted {words}"})).status in (200, 201)
    assert (await desk.reply(desk.otto, case_id, f"I answer {words}")).status in (200, 201)
    texts = {row.text for row in await house.rows(desk.estate.house.factory, Message)}
    assert texts == {f"I say {words}", f"Noted {words}", f"I answer {words}"}
    shown = (await desk.otto.get(f"/cases/{case_id}")).json
    assert shown["customer"]["name"] == f"Ada {words}"[:40].strip()
    await desk.carry()
    [sent] = house.registry_of(desk.estate).sent["email"]
    assert f"I answer {words}" in sent.text
    letter = message_from_bytes(compose(replace(ACCOUNT, name=f"Desk {words}"), sent), policy=policy.default)
    body = letter.get_body(("plain",))
    assert body is not None
    assert f"I answer {words}" in body.get_content()


@pytest.mark.parametrize("name", [EVIL, 'a"; filename="b.html', "../../x", "C:\\x", "a\0b", "\u202egnp.exe", "x" * 5_000, "%0d%0aSet-Cookie: a=b", "ü.pdf"])
async def test_a_files_name_makes_no_header_of_an_answer(desk: Desk, name: str) -> None:
    made = await desk.otto.post("/uploads", content=b"x", headers={"Content-Type": "text/plain", "X-File-Name": quote(name[:1_000], safe="")})
    assert made.status == 201
    answered = await desk.otto.get(f"/attachments/{made.json['id']}")
    assert not {"Set-Cookie", "Bcc"} & set(answered.headers)
    said = answered.headers["Content-Disposition"]
    assert said.startswith("attachment; filename*=UTF-8''")
    assert not set(said.removeprefix("attachment; filename*=UTF-8''")) & set('\r\n";/\\ \0')


@pytest.mark.parametrize(
    ("content", "name", "declared"),
    [
        pytest.param(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "x.svg", "image/svg+xml", id="a drawing with a script"),
        pytest.param(
            b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "x.png", "image/png", id="a drawing that says it is a raster"
        ),
        pytest.param(b"<html><script>alert(1)</script>", "x.html", "text/html", id="a page"),
        pytest.param(b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)//<script>", "x.js", "text/javascript", id="a GIF that is also a script"),
        pytest.param(b"%PDF-1.4 <script>alert(1)</script>", "x.gif", "image/gif", id="a document"),
        pytest.param(b"\xff\xd8\xff\xe0<html><script>", "x.html", "text/html", id="a page behind a photo's first bytes"),
        pytest.param(b"<x:script xmlns:x='http://www.w3.org/1999/xhtml'/>", "x.xml", "application/xhtml+xml", id="XHTML"),
    ],
)
async def test_no_file_runs(desk: Desk, content: bytes, name: str, declared: str) -> None:
    made = await desk.otto.post("/uploads", content=content, headers={"Content-Type": declared, "X-File-Name": name})
    answered = await desk.otto.get(f"/attachments/{made.json['id']}")
    assert answered.content == content
    assert answered.headers["X-Content-Type-Options"] == "nosniff"
    assert answered.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answered.headers["Content-Type"] in {"application/octet-stream", "image/gif", "image/png", "image/jpeg"}
    assert answered.headers["Content-Disposition"].startswith("attachment") or answered.headers["Content-Type"].startswith("image/")
