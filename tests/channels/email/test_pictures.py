"""Pictures in the text of a reply, signatures below it, and a mail that is the same to the byte when it is composed again."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import OutboundFile
from channels.email.compose import compose
from channels.email.parse import parse
from tests.channels.email.mails import ACCOUNT, account, answer, plain

LAMP = OutboundFile(id=77, name="lamp.png", media_type="image/png", content=b"\x89PNG lamp")
PLUG = OutboundFile(id=78, name="plug.jpg", media_type="image/jpeg", content=b"\xff\xd8 plug")
BILL = OutboundFile(id=79, name="bill.pdf", media_type="application/pdf", content=b"%PDF")
TEXT = "See ![the lamp](attachment:77) here.\n\n![the bill](attachment:79)"


def opened(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


class TestPictures:
    def test_stand_where_their_markers_do(self) -> None:
        mail = opened(compose(ACCOUNT, answer(TEXT, files=(LAMP, PLUG, BILL))))
        [related] = [part for part in mail.walk() if part.get_content_type() == "multipart/related"]
        page, picture = related.iter_parts()
        assert isinstance(picture, EmailMessage)
        cid = str(picture["Content-ID"]).strip("<>")
        assert f'See <img src="cid:{cid}" alt="lamp.png" style="max-width:100%"> here.' in str(page.get_content())
        assert (picture.get_content(), picture.get_content_disposition(), picture.get_filename()) == (LAMP.content, "inline", "lamp.png")
        assert [part.get_filename() for part in mail.iter_attachments()] == ["plug.jpg", "bill.pdf"]

    def test_are_named_in_plain_text(self) -> None:
        mail = opened(compose(ACCOUNT, answer(TEXT, files=(LAMP, BILL))))
        assert body(mail, "plain") == "See [lamp.png] here.\n\n[bill.pdf]\n"

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("![x](attachment:5)", id="a file of another mail"),
            pytest.param("![x](https://spy.example/pixel.png)", id="somewhere else"),
            pytest.param("![x](attachment:77", id="half a marker"),
            pytest.param("![x](attachment:99999999999999999999)", id="no id"),
            pytest.param("![x](cid:77)", id="another scheme"),
        ],
    )
    def test_are_no_others(self, text: str) -> None:
        mail = opened(compose(ACCOUNT, answer(text, files=(LAMP,))))
        assert body(mail, "plain") == f"{text}\n"
        assert "<img" not in body(mail, "html")
        assert [part.get_filename() for part in mail.iter_attachments()] == ["lamp.png"]

    def test_that_programs_may_not_show_are_files_like_others(self) -> None:
        """An SVG is a program of its own."""
        drawing = OutboundFile(id=77, name="lamp.svg", media_type="image/svg+xml", content=b"<svg/>")
        mail = opened(compose(ACCOUNT, answer("![x](attachment:77)", files=(drawing,))))
        assert ("[lamp.svg]" in body(mail, "html"), "<img" in body(mail, "html")) == (True, False)
        assert [part.get_filename() for part in mail.iter_attachments()] == ["lamp.svg"]

    def test_pointed_to_twice_travel_once(self) -> None:
        mail = opened(compose(ACCOUNT, answer("![a](attachment:77) ![b](attachment:77)", files=(LAMP,))))
        assert body(mail, "html").count("<img ") == 2
        assert sum(part.get_content_type() == "image/png" for part in mail.walk()) == 1

    def test_are_read_back_in_their_places(self) -> None:
        """Another Kindred shows them where they stood."""
        said = parse(ACCOUNT, plain(compose(ACCOUNT, answer(TEXT, files=(LAMP, BILL)))))
        assert [(file.name, file.is_inline, file.content) for file in said.files] == [("lamp.png", True, LAMP.content), ("bill.pdf", False, BILL.content)]

    @pytest.mark.parametrize("name", ['x"><script>', "<script>", "x' onerror='<script>.png", "&quot;><script>"])
    def test_write_no_markup_whatever_they_are_called(self, name: str) -> None:
        file = OutboundFile(id=77, name=name, media_type="image/png", content=b"x")
        page = body(opened(compose(ACCOUNT, answer(f"![{name}](attachment:77)", files=(file,)))), "html")
        assert "<img src=" in page
        assert "<script" not in page


def test_the_same_mail_is_the_same_to_the_byte() -> None:
    """Sent again, a copy is known as one; nothing in it is chance."""
    message = answer(TEXT, files=(LAMP, PLUG, BILL), quoted="Where is it?")
    assert compose(ACCOUNT, message) == compose(ACCOUNT, message)


class TestSignatures:
    @pytest.mark.parametrize(
        ("inboxs", "agents", "below"),
        [
            pytest.param("", "", None, id="none"),
            pytest.param("{inbox} Ltd", "", "Desk Ltd", id="the inbox's"),
            pytest.param("", "{agent}\nTier 1", "Ines\nTier 1", id="the agent's"),
            pytest.param("{inbox} Ltd", "{agent}, Tier 1\n", "Ines, Tier 1\nDesk Ltd", id="the agent's stands first"),
            pytest.param("Regards,\n{signature}\n{inbox} Ltd", "Ines\nTier 1", "Regards,\nInes\nTier 1\nDesk Ltd", id="in its place"),
            pytest.param("Regards,\n  {signature}  \n{inbox} Ltd", "", "Regards,\nDesk Ltd", id="the place of none is not there"),
            pytest.param("{signature}", "", None, id="nothing but the place of none"),
            pytest.param("-{signature}-", "{signature} {inbox}", "-{signature} Desk-", id="looked through once"),
        ],
    )
    def test_stand_below_one_line_of_dashes(self, inboxs: str, agents: str, below: str | None) -> None:
        mail = opened(compose(account(signature=inboxs), answer(author_signature=agents)))
        assert body(mail, "plain") == "Tuesday it is.\n" + (f"\n-- \n{below}\n" if below else "")

    def test_make_no_markup(self) -> None:
        page = body(opened(compose(ACCOUNT, answer(author_signature="<b>Ines</b> https://ines.example/"))), "html")
        assert "&lt;b&gt;Ines&lt;/b&gt;" in page
        assert '<a href="https://ines.example/">' in page

    @given(agents=st.text(max_size=80), names=st.text(max_size=20))
    def test_smuggle_no_header_in(self, agents: str, names: str) -> None:
        evil = f"{agents}\r\n.\r\nBcc: spy@example.org\r\n\r\n{agents}"
        mail = opened(compose(account(signature="{signature}{agent}"), answer(author_signature=evil, author_name=names)))
        assert "Bcc" not in mail
