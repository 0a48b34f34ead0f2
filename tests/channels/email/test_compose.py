"""What leaves as a mail, and that it reads back as it was meant."""

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.contract import OutboundFile
from channels.email.compose import compose
from channels.email.parse import parse
from kernel.errors import Undeliverable
from tests.channels.email.mails import ACCOUNT, TOKEN, account, answer, plain


def opened(raw: bytes) -> EmailMessage:
    """Return a mail as a strict parser sees it."""
    return message_from_bytes(raw, policy=policy.default)


class TestHeaders:
    def test_name_the_author_and_the_inbox(self) -> None:
        mail = opened(compose(ACCOUNT, answer()))
        assert mail["From"] == '"Ines (Desk)" <support@desk.example.com>'
        assert mail["To"] == "Ada Quist <ada@example.com>"
        assert mail["Reply-To"] == f"support+c{TOKEN}@desk.example.com"
        assert mail["Date"] == "Wed, 11 Mar 2026 09:30:00 +0000"

    @pytest.mark.parametrize(
        ("pattern", "name"),
        [
            pytest.param("{inbox}", "Desk", id="the inbox alone"),
            pytest.param("{agent} from {inbox}", "Ines from Desk", id="both"),
            pytest.param("Support", "Support", id="neither"),
            pytest.param("{agent.__class__} {0}", "{agent.__class__} {0}", id="what looks like more is a word"),
        ],
    )
    def test_name_whom_the_inbox_says(self, pattern: str, name: str) -> None:
        mail = opened(compose(account(from_name=pattern), answer()))
        assert mail["From"].addresses[0].display_name == name

    def test_thread_also_beyond_78_characters(self) -> None:
        """Python folds such values into encoded words, which breaks threads in Outlook."""
        references = tuple(f"<{number}.{'long' * 12}@mail.example.com>" for number in range(5))
        raw = compose(ACCOUNT, answer(references=references))
        assert f"In-Reply-To: {references[-1]}\r\n".encode() in raw
        said = parse(ACCOUNT, plain(raw))
        assert said.references == tuple(reversed(references))
        assert said.external_id == answer().external_id
        assert said.reply_tokens == ()  # Reply-To is where the answer goes, not where this went

    def test_keep_the_oldest_and_the_newest_of_a_long_thread(self) -> None:
        references = ("sha256:0123456789abcdef", *(f"<{number}@mail.example.com>" for number in range(500)))
        said = parse(ACCOUNT, plain(compose(ACCOUNT, answer(references=references))))
        assert (said.references[0], said.references[-1], len(said.references)) == (references[-1], references[1], 40)

    @pytest.mark.parametrize(
        ("subject", "references", "written"),
        [
            pytest.param("Lamp", ("<a@b>",), "Re: Lamp", id="an answer"),
            pytest.param("Re: Lamp", ("<a@b>",), "Re: Lamp", id="one Re: is enough"),
            pytest.param("AW: Lampe", ("<a@b>",), "AW: Lampe", id="a German one too"),
            pytest.param("Lamp", (), "Lamp", id="we wrote first"),
            pytest.param(None, (), "Message from Desk", id="no subject"),
            pytest.param("Où est ma commande ? 写道", ("<a@b>",), "Re: Où est ma commande ? 写道", id="not ASCII"),
        ],
    )
    def test_give_the_subject(self, subject: str | None, references: tuple[str, ...], written: str) -> None:
        said = parse(ACCOUNT, plain(compose(ACCOUNT, answer(subject=subject, references=references))))
        assert said.subject == written

    @given(text=st.text(max_size=80))
    @settings(max_examples=150, deadline=None)
    def test_cannot_be_smuggled_in(self, text: str) -> None:
        evil = f"{text}\r\nBcc: spy@example.org\r\n\r\n{text}"
        file = OutboundFile(name=evil, media_type=evil, content=b"x")
        written = compose(
            replace(ACCOUNT, name=evil), answer(author_name=evil, recipient_name=evil, subject=evil, references=(evil,), files=(file,), reply_token=TOKEN)
        )
        mail = opened(written)
        assert "Bcc" not in mail
        assert sorted(set(mail.keys())) == ["Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Reply-To", "Subject", "To"]
        assert written.isascii()
        assert max(len(line) for line in written.split(b"\r\n")) <= 998

    @pytest.mark.parametrize("address", ["nobody", "", "a@b\r\nBcc: x@y", "a b@c", "@example.com", "a@", "ä@example.com", "x@" + "y" * 300])
    def test_are_refused_where_the_address_is_none(self, address: str) -> None:
        with pytest.raises(Undeliverable):
            compose(ACCOUNT, answer(recipient=address))

    def test_write_a_domain_beyond_ascii_as_the_wire_wants_it(self) -> None:
        assert opened(compose(ACCOUNT, answer(recipient="ada@bücher.example")))["To"] == "Ada Quist <ada@xn--bcher-kva.example>"


class TestBody:
    @given(text=st.text(min_size=1, max_size=400).filter(lambda text: text.strip() != ""))
    @settings(max_examples=100, deadline=None)
    def test_takes_any_text(self, text: str) -> None:
        assert parse(ACCOUNT, plain(compose(ACCOUNT, answer(text)))).subject == "Re: Where is my order?"

    def test_reads_back_as_it_was_written(self) -> None:
        text = "Grüße aus Zürich,\n\ndie Lampe kommt am Dienstag. 写道 🚚\n" + "Ein sehr langer Satz. " * 100
        said = parse(ACCOUNT, plain(compose(ACCOUNT, answer(text))))
        assert said.text == text.rstrip()
        assert said.html is not None
        assert "<p>Grüße aus Zürich,</p>" in said.html

    def test_quotes_the_history_as_mail_programs_do(self) -> None:
        said = parse(ACCOUNT, plain(compose(ACCOUNT, answer(quoted="Where is it?\n> Older words"))))
        assert said.text == "Tuesday it is."
        assert said.quoted == "Ada Quist <ada@example.com> wrote:\n\n> Where is it?\n>> Older words"
        assert '<blockquote type="cite"' in (said.html or "")

    def test_writes_no_markup_of_the_text(self) -> None:
        html = parse(ACCOUNT, plain(compose(ACCOUNT, answer('<script>x</script> https://example.com/?a=1&b="2".', quoted="<b>")))).html or ""
        assert "&lt;script&gt;" in html
        assert '<a href="https://example.com/?a=1&amp;b="' in html
        assert "<b>" not in html

    def test_brings_files_along(self) -> None:
        files = (
            OutboundFile(name="Rechnung März.pdf", media_type="application/pdf", content=b"%PDF"),
            OutboundFile(name="../a/b.eml", media_type="message/rfc822", content=b"Subject: x\r\n\r\n"),
            OutboundFile(name="", media_type="nonsense", content=b""),
        )
        said = parse(ACCOUNT, plain(compose(ACCOUNT, answer(files=files))))
        assert [(file.name, file.media_type, file.content) for file in said.files] == [
            ("Rechnung März.pdf", "application/pdf", b"%PDF"),
            (".._a_b.eml".lstrip("."), "application/octet-stream", b"Subject: x\r\n\r\n"),
            ("file", "application/octet-stream", b""),
        ]


class TestSignature:
    def test_stands_below_the_answer_and_above_the_history(self) -> None:
        mail = opened(compose(account(signature="{agent}, {inbox}\r\nTel. +44 20 7946 0999"), answer(quoted="Where is it?")))
        plain_text = mail.get_body(("plain",))
        assert plain_text is not None
        text = plain_text.get_content().replace("\r\n", "\n")
        assert text.startswith("Tuesday it is.\n\n-- \nInes, Desk\nTel. +44 20 7946 0999\n")
        assert text.index("-- \n") < text.index("> Where is it?")

    def test_comes_back_as_a_signature(self) -> None:
        """What we write, we read: another Kindred folds it away."""
        said = parse(ACCOUNT, plain(compose(account(signature="Desk Ltd"), answer())))
        assert said.text == "Tuesday it is."
        assert said.quoted is not None
        assert "Desk Ltd" in said.quoted

    def test_makes_no_markup(self) -> None:
        html = opened(compose(account(signature="<b>Desk</b>"), answer())).get_body(("html",))
        assert html is not None
        assert "&lt;b&gt;Desk" in html.get_content()
