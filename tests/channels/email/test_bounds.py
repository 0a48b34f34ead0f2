"""Nothing that can lie in a mail makes reading fail or take long."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.mime import DEEPEST
from channels.email.parse import parse
from tests.channels.email.mails import ACCOUNT, SAMPLES, delivered, mail, plain, read

WRITTEN = sorted(SAMPLES.glob("*.eml"))
lines = st.sampled_from(
    [
        b"From: a@b\r\n",
        b"From: =?utf-8?b?/w==?= <a@b>\r\n",
        b'From: "a\\\r\n',
        b"Subject: =?\xff?q?=?=\r\n",
        b" folded\r\n",
        b"\r\n",
        b"junk\r\n",
        b"--b\r\n",
        b"--b--\r\n",
        b"\xff\xfe\x00\r\n",
        b"Content-Type: multipart/mixed; boundary=b\r\n",
        b'Content-Type: multipart/alternative; boundary="b\r\n',
        b"Content-Type: message/rfc822\r\n",
        b"Content-Type: text/html; charset=utf-16\r\n",
        b"Content-Type: text/plain; charset=iso-2022-jp\r\n",
        b"Content-Type: text/plain; charset*0*=x'y'%f; charset*1=z\r\n",
        b"Content-Type: ;;;=;\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Transfer-Encoding: x-uuencode\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n",
        b"Content-Disposition: attachment; filename*99999999999999999999*=a''%\r\n",
        b"Date: 99 Foo 0000 99:99 +9999999\r\n",
        b"Date: Mon, 1 Jan 0001 00:00:00 +2359\r\n",
        b"Message-ID: <<>>\r\n",
        b"References: <a <b> c> =?utf-8?q?<?=\r\n",
        b"To: a:;b@c,,<>(\r\n",
        b"Content-ID: <\xff>\r\n",
        b"<p>x<blockquote>y<table><tr>\r\n",
        b"\x1b$B!!\r\n",
        b"On Monday 1 Jan a@b wrote:\r\n",
        b"> \r\n",
    ]
)


class TestNeverRaises:
    @given(raw=st.binary(max_size=600))
    @settings(max_examples=200, deadline=None)
    def test_over_any_bytes(self, raw: bytes) -> None:
        said = parse(ACCOUNT, plain(raw))
        assert said.external_id
        assert said.sender.value

    @given(pieces=st.lists(lines, max_size=25))
    @settings(max_examples=400, deadline=None)
    def test_over_what_mails_are_made_of(self, pieces: list[bytes]) -> None:
        said = parse(ACCOUNT, delivered(b"".join(pieces), "x", "support@desk.example.com"))
        assert "\0" not in said.text
        assert "taken apart" not in "".join(said.warnings)

    @given(written=st.sampled_from(WRITTEN), data=st.data())
    @settings(max_examples=300, deadline=None)
    def test_over_a_damaged_mail(self, written: Path, data: st.DataObject) -> None:
        raw = written.read_bytes()
        start = data.draw(st.integers(0, len(raw)))
        damaged = raw[:start] + data.draw(st.binary(max_size=12)) + raw[data.draw(st.integers(start, len(raw))) :]
        assert "taken apart" not in "".join(parse(ACCOUNT, plain(damaged)).warnings)

    @given(name=st.text(max_size=30), body=st.binary(max_size=60))
    @settings(max_examples=200, deadline=None)
    def test_over_any_charset(self, name: str, body: bytes) -> None:
        head = f"From: a@b\r\nContent-Type: text/plain; charset={name}\r\n\r\n".encode("utf-8", "surrogatepass")
        assert isinstance(parse(ACCOUNT, plain(head + body)).text, str)

    @pytest.mark.parametrize(
        "charset", ["rot13", "base64", "zip", "idna", "punycode", "unicode_escape", "undefined", "utf-7", "utf-32", "hz", "a\0b", "x" * 5000]
    )
    def test_over_what_python_calls_a_codec(self, charset: str) -> None:
        assert isinstance(read(mail("\\x41 +ACA- 0m5z {}~", Content_Type=f"text/plain; charset={charset}")).text, str)


def nested(depth: int) -> bytes:
    """Return a mail with multiparts inside multiparts."""
    body = "Content-Type: text/plain\r\n\r\nThe innermost.\r\n"
    for level in range(depth):
        body = f'Content-Type: multipart/mixed; boundary="b{level}"\r\n\r\n--b{level}\r\n{body}\r\n--b{level}--\r\n'
    return b"From: ada@example.com\r\n" + body.encode()


HURTING = [
    *("On ", "-", " ", ">", "> \n", "<", "&", "&a ", "\u00a0", "&nbsp;", "<p>a</p>", "<br>", "<td>", "<li>a", "<div>", "<blockquote>", "<!--", "<a href='"),
    *("\n", "x: y\n", "_____\n", "-- \n", "begin 644 a\n", "begin 644 A\nM\n", "=?utf-8?q?", "\x1b$B!!", "<img src=data:image/png;base64,A>", "\u4e2d"),
]


class TestBounds:
    def test_looks_as_deep_as_honest_mails_go(self) -> None:
        assert read(nested(DEEPEST - 1)).text == "The innermost."

    @pytest.mark.parametrize(
        "raw",
        [
            pytest.param(nested(2000), id="a nesting bomb"),
            pytest.param(b"From: a@b\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 5000, id="messages in messages"),
            pytest.param(mail(From="(" * 100_000), id="nested comments"),
            pytest.param(mail(From='"\\' * 100_000), id="quotes without end"),
            pytest.param(mail(To=",".join(["a@b.example"] * 50_000)), id="fifty thousand recipients"),
            pytest.param(mail(Content_Type="text/plain" + ";" * 200_000), id="parameters without end"),
            pytest.param(mail(Subject="=?utf-8?q?" * 50_000), id="encoded words that never end"),
            pytest.param(mail(References="<" * 200_000), id="brackets without end"),
            pytest.param(b"".join(b"X-%d: y\r\n" % number for number in range(60_000)) + mail(), id="sixty thousand headers"),
            pytest.param(b"junk\r\n" * 100_000 + mail(), id="a hundred thousand lines of junk"),
            pytest.param(mail("<div>" * 20_000 + "deep", Content_Type="text/html"), id="deep markup"),
            pytest.param(mail("<blockquote>" * 20_000 + "deep", Content_Type="text/html"), id="deep quotes"),
            pytest.param(mail("<table><tr><td>" * 5_000 + "deep", Content_Type="text/html"), id="deep tables"),
            pytest.param(mail("<p>a word</p>" * 40_000, Content_Type="text/html"), id="half a megabyte of paragraphs"),
            pytest.param(mail("\x1b$B" * 100_000), id="escapes without end"),
            pytest.param(mail("+1 " * 100_000), id="what might be telephone numbers"),
            pytest.param(b"\r" * 500_000, id="nothing but carriage returns"),
            pytest.param(b"From: a@b\r\n\r\n" + b"gr\xfc\xdfe\r\n" * 2_000_000, id="fourteen megabytes in no charset"),
            pytest.param(mail(("--b\r\n\r\n" * 50_000), Content_Type="multipart/mixed; boundary=b"), id="fifty thousand parts"),
        ],
    )
    def test_holds_against_mails_made_to_hurt(self, raw: bytes) -> None:
        begun = time.process_time()
        said = read(raw)
        assert time.process_time() - begun < 3
        assert len(said.text) <= 1_000_000

    @pytest.mark.parametrize("kind", ["text/plain", "text/html"])
    @pytest.mark.parametrize("piece", HURTING)
    def test_reads_any_half_megabyte_of_the_same_at_once(self, piece: str, kind: str) -> None:
        raw = mail(piece * (524_288 // len(piece)), Content_Type=kind)
        begun = time.process_time()
        read(raw)
        assert time.process_time() - begun < 1
