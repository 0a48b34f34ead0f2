"""Mails taken apart: delimiters, headers that are broken, bounds that are said."""

import pytest

from channels.email import mime
from channels.email.mime import DEEPEST, MOST_HEADERS, MOST_PARTS, Part, read_tree
from tests.channels.email.mails import mail, read

Shape = tuple[str, "list[Shape] | bytes"]


def shape(part: Part) -> Shape:
    return (part.media_type, [shape(child) for child in part.children] if part.children else part.content)


def tree(body: str, content_type: str = "multipart/mixed; boundary=b") -> tuple[Shape, list[str]]:
    root, warnings = read_tree(f"Content-Type: {content_type}\n\n{body}".encode())
    return shape(root), warnings


def leaves(body: str, content_type: str = "multipart/mixed; boundary=b") -> list[bytes]:
    root, _ = read_tree(f"Content-Type: {content_type}\n\n{body}".encode())
    return [part.content for part in root.walk() if not part.children]


class TestParts:
    def test_lie_between_delimiter_lines_without_the_line_ends_of_these(self) -> None:
        assert leaves("preamble\n--b\n\none\r\n--b  \r\n\r\ntwo\n\n--b--\nepilogue") == [b"one", b"two\n"]

    def test_end_where_an_outer_one_does(self) -> None:
        body = "--b\nContent-Type: multipart/alternative; boundary=bb\n\n--bb\n\none\n--bb\n\ntwo\n--b\n\nthree\n--b--"
        assert leaves(body) == [b"one", b"two", b"three"]

    @pytest.mark.parametrize("line", ["--b--", "--b-->", "--b--  \r"])
    def test_end_at_the_last_delimiter(self, line: str) -> None:
        assert leaves(f"--b\n\none\n{line}\nmore") == [b"one"]

    @pytest.mark.parametrize("line", ["--bb", "--b-", "x--b", "--B", "--b x"])
    def test_are_not_parted_by_what_only_looks_like_a_delimiter(self, line: str) -> None:
        assert leaves(f"--b\n\none\n{line}\ntwo\n--b--") == [f"one\n{line}\ntwo".encode()]

    def test_go_on_behind_an_end_that_came_too_early(self) -> None:
        assert leaves("--b\n\none\n--b--\n--b\nContent-Type: text/plain\n\ntwo\n--b--\n") == [b"one", b"two"]

    def test_need_no_end(self) -> None:
        assert leaves("--b\n\none\n--b\n\ntwo\n") == [b"one", b"two\n"]

    def test_are_none_behind_a_last_delimiter_that_should_have_been_the_end(self) -> None:
        assert leaves("--b\n\none\n--b\n\n") == [b"one"]

    @pytest.mark.parametrize(
        "content_type",
        ["multipart/mixed", "multipart/mixed; boundary=wrong", 'multipart/mixed; boundary=""', "multipart/mixed; charset=utf-8"],
    )
    def test_are_found_without_their_boundary(self, content_type: str) -> None:
        (_, parts), warnings = tree("--real\nContent-Type: text/html\n\none\n--real\ncontent-type: image/png\n\ntwo\n--real--", content_type)
        assert parts == [("text/html", b"one"), ("image/png", b"two")]
        assert warnings == ["The boundary between the parts is missing or wrong."]

    def test_are_found_in_a_mail_that_lost_its_content_type(self) -> None:
        root, warnings = read_tree(b"Subject: x\n\nThis is MIME.\n--z\nContent-Type: text/plain\n\none\n--z\nContent-Type: image/png\n\ntwo\n--z--\n")
        assert shape(root) == ("multipart/mixed", [("text/plain", b"one"), ("image/png", b"two")])
        assert warnings == ["The boundary between the parts is missing or wrong."]

    def test_of_a_digest_are_messages_unless_they_say_otherwise(self) -> None:
        shown, _ = tree("--b\n\nSubject: in\n\nx\n--b\nContent-Type: text/plain\n\ny\n--b--", "multipart/digest; boundary=b")
        assert shown == ("multipart/digest", [("message/rfc822", b"Subject: in\n\nx"), ("text/plain", b"y")])

    def test_keep_messages_whole(self) -> None:
        inner = b"Content-Type: multipart/mixed; boundary=i\n\n--i\n\nx\n--i--"
        shown, _ = tree(f"--b\nContent-Type: message/rfc822\n\n{inner.decode()}\n--b--")
        assert shown == ("multipart/mixed", [("message/rfc822", inner)])

    @pytest.mark.parametrize(
        ("content_type", "media_type"),
        [
            ("text/html>", "text/html"),
            ('"text/html"; charset=x', "text/html"),
            ("TEXT/HTML charset=utf-8", "text/html"),
            ("html", "text/plain"),
            (";;;", "text/plain"),
            ("application/pdf name=x", "application/pdf"),
        ],
    )
    def test_have_types_that_are_written_badly(self, content_type: str, media_type: str) -> None:
        assert Part([("content-type", content_type)]).media_type == media_type


class TestParameters:
    @pytest.mark.parametrize(
        ("header", "name"),
        [
            pytest.param('x/y; name="a;b.pdf"; charset=utf-8', "a;b.pdf", id="a semicolon in quotes"),
            pytest.param('x/y; name="a.pdf; charset=utf-8', "a.pdf", id="a quote never closed"),
            pytest.param("x/y; name=two words.pdf; a=b", "two words.pdf", id="spaces without quotes"),
            pytest.param("x/y name=a.pdf", "a.pdf", id="no semicolon"),
            pytest.param("x/y; junk; ; name=a.pdf", "a.pdf", id="junk before"),
            pytest.param("x/y; name=a.pdf; name=b.pdf", "a.pdf", id="twice"),
            pytest.param('x/y;\n\tNAME = "a.pdf"', "a.pdf", id="capitals, spaces, folded"),
            pytest.param(r'x/y; name="C:\new\a.pdf"', r"C:\new\a.pdf", id="a Windows path"),
            pytest.param(r'x/y; name="a \"b\".pdf"', 'a "b".pdf', id="quotes inside"),
            pytest.param("x/y; name*=utf-8''%C3%A9.pdf", "é.pdf", id="RFC 2231"),
            pytest.param("x/y; name=plain.pdf; name*=iso-8859-1'en'%E9.pdf", "é.pdf", id="RFC 2231 beside a plain one"),
            pytest.param("x/y; name*1*=%A9.pdf; name*0*=utf-8''%C3", "é.pdf", id="pieces out of order, a letter cut in two"),
            pytest.param('x/y; name*0="a "; name*1="b.pdf"', "a b.pdf", id="pieces without a charset"),
            pytest.param("x/y; name*=%C3%A9.pdf", "é.pdf", id="no charset"),
            pytest.param("x/y; name*99999999=a; name*x*=b; name*=", "", id="nonsense"),
        ],
    )
    def test_are_read_as_they_were_meant(self, header: str, name: str) -> None:
        assert Part([("content-type", header)]).parameter("name") == name


class TestHeaders:
    @pytest.mark.parametrize(
        ("raw", "subject", "content"),
        [
            pytest.param(b"Subject: a\nTo: b\n\nc", "a", b"c", id="as usual"),
            pytest.param(b"\r\n\n Subject: a\n\nc", "a", b"c", id="blank lines and spaces before"),
            pytest.param(b"From ada Wed Mar 11\nSubject: a\n\nc", "a", b"c", id="a mailbox file's line"),
            pytest.param(b">From ada Wed\n\nSubject: a\n\nc", "a", b"c", id="a mailbox file's line and a blank one"),
            pytest.param(b"\xef\xbb\xbfSubject: a\n\nc", "a", b"c", id="a byte order mark"),
            pytest.param("\ufeffSubject: a\n\nc".encode("utf-16-le"), "a", b"c", id="saved as UTF-16"),
            pytest.param(b"junk\nmore junk\nSubject: a\nFrom: x\n\nc", "a", b"c", id="junk lines"),
            pytest.param(b"Subject: a\r\r\nTo: b\r\r\n\r\r\nc", "a", b"c", id="double carriage returns"),
            pytest.param(b"Subject: a\rTo: b\r\rc", "a", b"c", id="carriage returns alone"),
            pytest.param(b"To: b\nSubject : a\n\nc", "a", b"c", id="a space before the colon"),
            pytest.param(
                b"Subject: a\n--b\nContent-Type: text/plain\n\nc", "a", b"--b\nContent-Type: text/plain\n\nc", id="a delimiter instead of the blank line"
            ),
            pytest.param(b"Subject: a\nHello\nthere\n\nc", "a", b"Hello\nthere\n\nc", id="no blank line"),
            pytest.param(b"Subject: a\nTo: x@b.example,\ny@b.example\nCc: z\n\nc", "a", b"c", id="a fold that lost its indent"),
            pytest.param(b"Hello\nthere\n\nc", "", b"Hello\nthere\n\nc", id="no header at all"),
            pytest.param(b"", "", b"", id="nothing"),
        ],
    )
    def test_are_told_from_the_text(self, raw: bytes, subject: str, content: bytes) -> None:
        root, _ = read_tree(raw)
        assert (root.value("subject"), root.content) == (subject, content)

    def test_keep_all_recipients_of_a_list_that_lost_its_indent(self) -> None:
        root, _ = read_tree(b"To: x@b.example,\ny@b.example,\nz@b.example\nSubject: s\n\n")
        assert root.value("to").split() == ["x@b.example,", "y@b.example,", "z@b.example"]


class TestBounds:
    def test_leave_out_parts_beyond_the_two_hundredth_and_say_how_many(self) -> None:
        root, warnings = read_tree(mail("--b\n\nx\n" * 250 + "--b--", Content_Type="multipart/mixed; boundary=b"))
        assert len(list(root.walk())) == MOST_PARTS
        assert warnings == ["51 parts left out: a mail may have 200."]

    def test_leave_out_what_is_nested_too_deeply_and_say_so(self) -> None:
        body = "The innermost."
        for level in range(DEEPEST + 5):
            body = f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n{body}\n--b{level}--"
        root, warnings = read_tree(body.encode())
        assert len(list(root.walk())) == DEEPEST + 1
        assert warnings == [f"1 part left out: nested deeper than {DEEPEST} levels."]

    def test_leave_out_headers_beyond_the_thousandth_but_none_that_decides(self) -> None:
        flood = "".join(f"X-{number}: y\n" for number in range(2 * MOST_HEADERS))
        root, warnings = read_tree(f"{flood}From: ada@example.com\nSubject: still here\n\nx".encode())
        assert (root.value("from"), root.value("subject"), len(root.headers)) == ("ada@example.com", "still here", MOST_HEADERS + 2)
        assert warnings == ["1000 headers left out: a part may have 1000."]

    def test_leave_out_headers_beyond_half_a_megabyte(self) -> None:
        root, warnings = read_tree(b"Subject: first\n" + b"X-Long: " + b"y" * 90_000 + b"\n" + b"X: y\n" * 200_000 + b"\nThe text.")
        assert (root.value("subject"), root.content) == ("first", b"The text.")
        assert "bytes left out: headers may take 512 kB." in warnings[0]

    def test_leave_out_the_end_of_a_mail_that_is_too_large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(mime, "MOST_BYTES", 1024 * 1024)
        said = read(mail("x" * (1024 * 1024)))
        assert said.warnings[0].endswith("bytes left out: the mail is larger than 1 MB.")
        assert said.sender.value == "ada@example.com"
