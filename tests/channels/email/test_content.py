"""What a mail holds: bodies and files by RFC 8621, pictures in their places, what is packed inside, what is signed or sealed."""

import base64

import pytest

from channels.contract import InboundMessage
from channels.email.decoding import from_base64, uuencoded_files
from tests.channels.email.mails import mail, read


def part(content_type: str, content: str, *more: str) -> str:
    return "".join(f"{header}\r\n" for header in (f"Content-Type: {content_type}", *more)) + f"\r\n{content}\r\n"


def multi(kind: str, *parts: str, mark: str = "b") -> str:
    return f"multipart/{kind}; boundary={mark}\r\n\r\n" + "".join(f"--{mark}\r\n{one}" for one in parts) + f"--{mark}--\r\n"


def built(tree: str) -> InboundMessage:
    return read(b"From: ada@example.com\r\nMessage-ID: <m@b>\r\nContent-Type: " + tree.encode())


def inner(tree: str) -> str:
    return f"Content-Type: {tree}"


ATTACHED = "Content-Disposition: attachment"
PICTURE = part("image/png", "png")


class TestBodies:
    """The examples of RFC 8621 §4.1.4 and what mail programs make of it."""

    @pytest.mark.parametrize(
        ("tree", "text", "html", "files"),
        [
            pytest.param(multi("mixed", part("text/plain", "A"), PICTURE, part("text/plain", "B")), "A\nB", None, 1, id="text around a picture"),
            pytest.param(multi("alternative", part("text/plain", "A"), part("text/html", "<p>B</p>")), "A", "<p>B</p>", 0, id="two ways to say it"),
            pytest.param(
                multi("alternative", inner(multi("mixed", part("text/plain", "A"), PICTURE, part("text/plain", "C"), mark="c")), part("text/html", "<p>B</p>")),
                "A\nC",
                "<p>B</p>",
                1,
                id="text with a picture beside HTML",
            ),
            pytest.param(
                multi("related", part("text/html", "<p>B</p>"), part("text/html", "<p>C</p>"), PICTURE),
                "B",
                "<p>B</p>",
                2,
                id="only the first of related parts",
            ),
            pytest.param(multi("mixed", part("text/plain", "A"), part("text/plain; name=log.txt", "B")), "A", None, 1, id="a text with a name is a file"),
            pytest.param(multi("mixed", part("text/plain; name=a.txt", "A"), PICTURE), "A", None, 1, id="unless it comes first"),
            pytest.param(multi("mixed", part("text/plain", "A", ATTACHED), part("text/plain", "B")), "B", None, 1, id="an attached text is a file"),
            pytest.param(multi("mixed", part("application/pdf", "A"), part("text/plain", "B")), "B", None, 1, id="a file before the text"),
            pytest.param(multi("alternative", part("text/html", "<p>B</p>")), "B", "<p>B</p>", 0, id="only one way"),
            pytest.param(
                multi("mixed", part("text/html", "<p>A</p>"), part("text/plain", "B")), "A\nB", "<p>A</p><pre>B</pre>", 0, id="HTML, then a list's footer"
            ),
            pytest.param(
                multi("alternative", part("text/plain", "A"), part("text/html", "<p>B</p>"), part("text/calendar", "BEGIN:VCALENDAR")),
                "A",
                "<p>B</p>",
                1,
                id="an invitation beside",
            ),
            pytest.param(multi("alternative", part("text/plain", " "), part("text/html", "<p>B</p>")), "B", "<p>B</p>", 0, id="an empty text"),
        ],
    )
    def test_are_sorted_as_the_rfc_says(self, tree: str, text: str, html: str | None, files: int) -> None:
        said = built(tree)
        assert (said.text, said.html.replace("\n", "") if said.html else None, len(said.files)) == (text, html, files)

    def test_have_no_letters_that_nobody_means(self) -> None:
        assert read(mail("5 \x80 \x93so\x94", Content_Type="text/plain; charset=utf-8")).text == "5 € “so”"

    def test_take_the_charset_that_stands_in_the_html(self) -> None:
        page = '<html><head><meta charset="windows-1251"></head><p>Привет</p></html>'.encode("cp1251")
        assert read(b"Content-Type: text/html\r\n\r\n" + page).text == "Привет"


class TestPictures:
    def test_without_an_id_stand_where_they_lie(self) -> None:
        said = built(multi("mixed", part("text/html", "<p>Above</p>"), PICTURE, part("text/html", "<p>Below</p>")))
        (picture,) = said.files
        assert picture.is_inline
        html = said.html or ""
        assert html.index("Above") < html.index(f"cid:{picture.content_id}") < html.index("Below")

    def test_are_files_where_nothing_shows_them(self) -> None:
        (picture,) = built(multi("mixed", part("text/html", "<p>See.</p>"), part("image/png; name=a.png", "png", ATTACHED))).files
        assert not picture.is_inline

    @pytest.mark.parametrize("disposition", ["inline", "attachment"])
    def test_are_inline_where_the_html_names_them(self, disposition: str) -> None:
        tree = multi(
            "related", part("text/html", '<img src="cid:a%40b">'), part("image/png", "png", "Content-ID: <a@b>", f"Content-Disposition: {disposition}")
        )
        (picture,) = built(tree).files
        assert (picture.content_id, picture.is_inline) == ("a@b", True)


class TestFiles:
    def test_keep_every_byte(self) -> None:
        content = bytes(range(256)) * 300 + b"\r\n--b-\r\n\r\n"
        packed = base64.encodebytes(content).replace(b"\n", b"\r\n").decode()
        said = built(multi("mixed", part("text/plain", "A"), part("application/octet-stream", packed, "Content-Transfer-Encoding: base64")))
        assert [file.content for file in said.files] == [content]

    def test_keep_every_byte_that_came_unpacked(self) -> None:
        content = bytes(byte for byte in range(256)) + b"\r\r\n\n\r"
        raw = (
            b"From: a@b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nA\n--b\nContent-Type: x/y\nContent-Transfer-Encoding: binary\n\n"
            + content
            + b"\r\n--b--"
        )
        assert [file.content for file in read(raw).files] == [content]

    def test_with_one_name_are_two(self) -> None:
        one = part("application/pdf; name=bill.pdf", "1", ATTACHED)
        said = built(multi("mixed", part("text/plain", "A"), one, one.replace("\r\n1\r\n", "\r\n2\r\n")))
        assert [(file.name, file.content) for file in said.files] == [("bill.pdf", b"1"), ("bill.pdf", b"2")]

    def test_are_what_comes_behind_more_text_than_is_shown(self) -> None:
        said = built(multi("mixed", part("text/plain", "x" * 1_200_000), part("text/plain", "B")))
        assert [(file.name, file.content) for file in said.files] == [("part-1.txt", b"B")]
        assert said.warnings == ("200000 letters left out: a text may have 1000000.",)

    def test_in_uuencode_are_taken_out_of_the_text(self) -> None:
        said = read(mail("See the file.\r\n\r\nbegin 644 note.txt\r\n%:&5L;&\\\r\n`\r\nend\r\n\r\nAda\r\n"))
        assert [(file.name, file.media_type, file.content) for file in said.files] == [("note.txt", "text/plain", b"hello")]
        assert said.text.split() == ["See", "the", "file.", "Ada"]

    @pytest.mark.parametrize("text", ["begin 644 a.txt\nand so on\nend", "begin 644 a.txt\n%:&5L;&\\\n", "Let us begin 644 times, in the\nend"])
    def test_are_not_seen_in_words(self, text: str) -> None:
        assert uuencoded_files(text.encode()) == (text.encode(), [])


class TestBase64:
    @pytest.mark.parametrize(
        ("packed", "content"),
        [
            (b"aGVsbG8=", b"hello"),
            (b"aGVsbG8", b"hello"),
            (b"aGVs\r\nbG8\r\n", b"hello"),
            (b"aGVs*bG8=", b"hello"),
            (b"aGVsbG8=\r\n\r\n______\r\nThis was scanned.", b"hello"),
            (b"aGVsbG8=\r\naGVsbG8=\r\n", b"hellohello"),
            (b"aGVsbG8=aGVsbG8hIQ==aGVsbG8=", b"hellohello!!hello"),
            (b"aGVsbG8h=", b"hello!"),
            (b"a", b""),
            (b"", b""),
            (b"=", b""),
        ],
    )
    def test_is_read_as_far_as_it_holds(self, packed: bytes, content: bytes) -> None:
        assert from_base64(packed) == content

    @pytest.mark.parametrize("words", ["The lamp, I am afraid, is broken. Please send a new one.", "broken lamp sent back today\nplease answer soon"])
    def test_that_is_plain_words_is_plain_words(self, words: str) -> None:
        said = read(mail(words, Content_Transfer_Encoding="base64"))
        assert said.text == words
        assert said.warnings == ("A part says base64 and is not.",)


class TestQuotedPrintable:
    @pytest.mark.parametrize(
        ("packed", "text"),
        [
            ("a=C3=A9b", "aéb"),
            ("one =\r\ntwo", "one two"),
            ("one = \t\r\ntwo", "one two"),
            ("one =\rtwo\r\nthree", "one two\nthree"),
            ("50=% off=", "50=% off"),
            ("a=c3=a9", "aé"),
            ("=ZZ", "=ZZ"),
        ],
    )
    def test_is_read_as_far_as_it_holds(self, packed: str, text: str) -> None:
        assert read(mail(packed, Content_Transfer_Encoding="quoted-printable", Content_Type="text/plain; charset=utf-8")).text == text


SIGNED = "The mail is signed with {}; the signature was not checked."
SEALED = "The mail is encrypted with {}; it cannot be read here."


class TestLabels:
    @pytest.mark.parametrize(
        ("tree", "label"),
        [
            (multi("signed", part("text/plain", "A"), part("application/pkcs7-signature; name=smime.p7s", "x")), SIGNED.format("S/MIME")),
            (multi("signed", part("text/plain", "A"), part("application/pgp-signature", "x")), SIGNED.format("PGP")),
            (multi("encrypted", part("application/pgp-encrypted", "Version: 1"), part("application/octet-stream", "x")), SEALED.format("PGP")),
            (part("application/pkcs7-mime; smime-type=enveloped-data", "x")[14:], SEALED.format("S/MIME")),
            (part("text/plain", "-----BEGIN PGP MESSAGE-----\r\n\r\nx")[14:], SEALED.format("PGP")),
            (part("text/plain", "-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\nx")[14:], SIGNED.format("PGP")),
            (multi("mixed", part("text/plain", "A"), part("text/calendar; method=REQUEST", "x")), "The mail holds a calendar file (REQUEST)."),
        ],
    )
    def test_say_what_a_mail_is_besides_its_words(self, tree: str, label: str) -> None:
        assert built(tree).warnings == (label,)
