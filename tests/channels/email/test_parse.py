"""What is read from a mail: one sample for each thing that real mail does."""

from collections.abc import Callable

import pytest

from channels.contract import InboundMessage
from channels.email.parse import _or, parse
from kernel.claims import Claim, IdentityKind, Trust
from tests.channels.email.mails import ACCOUNT, TOKEN, delivered, mail, plain, read, sample

OURS = f"<c.{TOKEN}.7318349394477900@desk.example.com>"


class TestIds:
    def test_keeps_the_message_id_with_its_brackets(self) -> None:
        assert sample("gmail_reply").external_id == "<CA+1@mail.gmail.com>"

    @pytest.mark.parametrize("name", ["no_message_id", "malformed_message_id", "from_nowhere"])
    def test_names_a_mail_without_one_by_its_digest(self, name: str) -> None:
        said = sample(name)
        assert said.external_id.startswith("sha256:")
        assert len(said.external_id) == 71

    def test_names_the_same_mail_the_same_by_every_door(self) -> None:
        raw = b"Subject: no id\r\n\r\nHello.\r\n"
        by_door = parse(ACCOUNT, delivered(raw, "ada@example.com", "support@desk.example.com"))
        assert by_door.external_id == parse(ACCOUNT, plain(raw)).external_id

    @pytest.mark.parametrize(
        ("name", "nearest_first"),
        [
            pytest.param("gmail_reply", (OURS, "<first@mail.gmail.com>"), id="a thread"),
            pytest.param("in_reply_to_several_ids", ("<near@mail.example.com>", "<far@mail.example.com>", "<root@mail.example.com>"), id="several ids"),
            pytest.param("in_reply_to_prose", (), id="prose with the author's address"),
            pytest.param("bad_id_inside_references", ("<third@mail.example.com>", "<second@mail.example.com>", "<root@mail.example.com>"), id="one bad id"),
            pytest.param("references_in_a_circle", ("<x@mail.example.com>",), id="a circle"),
        ],
    )
    def test_lists_references_nearest_first(self, name: str, nearest_first: tuple[str, ...]) -> None:
        assert sample(name).references == nearest_first

    def test_keeps_the_nearest_hundred_of_a_thousand_references(self) -> None:
        ids = [f"<{number}@mail.example.com>" for number in range(1000)]
        assert read(mail(References="\r\n ".join(ids))).references == tuple(reversed(ids[900:]))

    def test_reads_ids_that_were_sent_as_an_encoded_word(self) -> None:
        assert read(mail(In_Reply_To="=?utf-8?q?=3Cc=2Elong=40mail=2Eexample=2Ecom=3E?=")).references == ("<c.long@mail.example.com>",)


class TestReplyTokens:
    @pytest.mark.parametrize("name", ["gmail_reply", "bcc_with_token"])
    def test_are_found_in_addresses_and_in_our_own_ids(self, name: str) -> None:
        assert sample(name).reply_tokens == (TOKEN,)

    def test_come_from_the_envelope_first(self) -> None:
        raw = mail(To=f"support+c{TOKEN}@desk.example.com")
        said = parse(ACCOUNT, delivered(raw, "ada@example.com", f"Support+C{'Z' * 24}@desk.example.com"))
        assert said.reply_tokens == ("z" * 24, TOKEN)

    def test_are_not_any_plus_part(self) -> None:
        assert read(mail(To="support+customers@desk.example.com, support+c1@desk.example.com")).reply_tokens == ()


class TestSender:
    @pytest.mark.parametrize(
        ("name", "value", "shown", "trust"),
        [
            pytest.param("gmail_reply", "ada@example.com", "Ada Quist", Trust.VERIFIED, id="as usual"),
            pytest.param("from_missing", "list-owner@example.net", None, Trust.CLAIMED, id="Sender instead of From"),
            pytest.param("from_double", "first@example.com", None, Trust.VERIFIED, id="the first of two"),
            pytest.param("from_group_and_comments", "ada@example.com", 'Quist, Ada "the lamp"', Trust.VERIFIED, id="a group, quotes, nested comments"),
            pytest.param("from_ourselves", "Support@Desk.example.com", None, Trust.VERIFIED, id="our own address"),
            pytest.param("raw_8bit_headers", "zoe@example.com", "Zoé Lefèvre", Trust.VERIFIED, id="raw Latin-1"),
            pytest.param("encoded_word_traps", "ada@example.com", "Ada Reply-To: spy@example.org", Trust.VERIFIED, id="CR LF inside an encoded word"),
        ],
    )
    def test_is_the_first_author_of_use(self, name: str, value: str, shown: str | None, trust: Trust) -> None:
        assert sample(name).sender == Claim(kind=IdentityKind.EMAIL, value=value, name=shown, trust=trust)

    def test_is_made_up_for_each_mail_that_names_nobody(self) -> None:
        first, second = read(b"Subject: 1\r\n\r\nOne"), read(b"Subject: 2\r\n\r\nTwo")
        assert first.sender.value.endswith("@sender.invalid")
        assert first.sender.value != second.sender.value

    def test_is_the_envelopes_where_no_header_names_one(self) -> None:
        assert parse(ACCOUNT, delivered(b"\r\nHello", "ada@example.com", ACCOUNT.address)).sender.value == "ada@example.com"

    @pytest.mark.parametrize(
        ("server", "trust"),
        [
            pytest.param("mx.desk.example.com", Trust.CLAIMED, id="our server's topmost line counts"),
            pytest.param("mx.other.example.com", Trust.VERIFIED, id="not another's"),
            pytest.param("", Trust.VERIFIED, id="nobody's when none is named"),
        ],
    )
    def test_is_not_believed_when_our_server_says_that_dmarc_failed(self, server: str, trust: Trust) -> None:
        assert sample("dmarc_failed", authserv_id=server).sender.trust is trust

    def test_believes_no_envelope_lines_that_came_with_the_mail(self) -> None:
        raw = b"X-Kindred-Envelope-From: <>\r\nX-Kindred-Envelope-To: <support+c" + b"z" * 24 + b"@desk.example.com>\r\n" + mail()
        said = parse(ACCOUNT, delivered(raw, "ada@example.com", "support@desk.example.com"))
        assert (said.reply_tokens, said.is_automatic) == ((), False)
        assert read(raw).reply_tokens == ()

    def test_claims_the_address_to_answer_to_and_telephone_numbers(self) -> None:
        assert sample("reply_to_differs").claims == (
            Claim(kind=IdentityKind.EMAIL, value="ada@home.example.net", name="Ada at home"),
            Claim(kind=IdentityKind.PHONE, value="+44 20 7946 0958"),
            Claim(kind=IdentityKind.PHONE, value="+1 (212) 555-0100"),
        )

    def test_claims_no_mailing_lists_address(self) -> None:
        assert sample("list_copy").claims == ()


class TestHeaders:
    @pytest.mark.parametrize(
        ("name", "subject"),
        [
            pytest.param("raw_8bit_headers", "Où est ma commande ?", id="raw UTF-8"),
            pytest.param("iso_2022_jp_vendor", "こんにちは ①㈱", id="ISO-2022-JP with vendor characters"),
            pytest.param("encoded_word_traps", "Half a letter éÿ Bcc: spy@example.org", id="a letter cut in two, broken words, CR LF"),
            pytest.param("lost_indent", "A long subject that a gateway broke in two", id="a fold that lost its indent"),
            pytest.param("subject_with_nul", "Lamp broken", id="NUL and bells"),
            pytest.param("empty", None, id="empty"),
        ],
    )
    def test_gives_the_subject_on_one_clean_line(self, name: str, subject: str | None) -> None:
        assert sample(name).subject == subject

    def test_cuts_a_subject_of_endless_length(self) -> None:
        assert len(read(mail(Subject="lamp " * 50_000)).subject or "") == 1000

    @pytest.mark.parametrize("name", ["date_in_the_future", "date_invalid", "from_nowhere"])
    def test_has_no_moment_where_the_date_makes_no_sense(self, name: str) -> None:
        assert sample(name).sent_at is None

    def test_gives_the_moment_in_utc(self) -> None:
        assert str(sample("gmail_reply").sent_at) == "2026-03-11 08:12:00+00:00"

    def test_names_who_else_was_written_to(self) -> None:
        said = sample("cc_and_others")
        assert [(one.address, one.role) for one in said.participants] == [("bo@example.org", "to"), ("cleo@example.net", "cc")]
        assert said.locale == "de-AT"

    @pytest.mark.parametrize(
        ("name", "is_automatic"),
        [("auto_reply_by_precedence", True), ("auto_submitted", True), ("bounce", True), ("wish_for_no_auto_reply", False), ("list_copy", True)],
    )
    def test_knows_a_machine(self, name: str, is_automatic: bool) -> None:
        assert sample(name).is_automatic is is_automatic

    def test_knows_a_machine_by_the_null_sender(self) -> None:
        assert parse(ACCOUNT, delivered(mail(), "", ACCOUNT.address)).is_automatic


class TestText:
    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("unknown_charset", "Grüße aus Zürich"),
            ("lying_charset", "Žluťoučký kůň from Brno"),
            ("no_charset_cp1251", "Здравствуйте, мой заказ ещё не пришёл. Когда его доставят? Спасибо за помощь."),
            ("iso_2022_jp_vendor", "こんにちは ①㈱"),
            ("utf7_body", "Grüße"),
            ("utf16_body", "Déjà vu"),
            ("subject_with_nul", "NUL in the text too."),
            ("cr_only", "First line.\nSecond line."),
            ("mbox_line", "From a mailbox file."),
            ("junk_first_line", "Below the junk."),
            ("no_blank_line", "Hello, the text begins at once.\nIt goes on."),
            ("lost_indent", "Später mehr."),
            ("missing_boundary", "The lamp came broken, see the picture."),
            ("wrong_boundary", "The lamp came broken, see the picture."),
            ("broken_base64", "The lamp is broken."),
            ("nonsense_encoding", "Plain after all."),
            ("uuencoded", "Packed the old way."),
            ("nested_message", "See the mail from Bo."),
            ("pgp_signed", "The lamp came broken, see the picture."),
            ("apple_text_around_image", "Before the picture.\nAfter the picture."),
            ("html_only", "Dear desk,\n\nthe lamp is broken.\n\nAda"),
            ("only_attachment", ""),
            ("empty", ""),
        ],
    )
    def test_is_what_a_reader_sees(self, name: str, text: str) -> None:
        assert sample(name).text == text

    @pytest.mark.parametrize(
        ("name", "text", "history_has"),
        [
            ("gmail_reply", "Thank you, Tuesday suits me.", "Shall we bring it on Tuesday?"),
            ("outlook_without_marks", "Guten Tag, das passt so.\n\nMit freundlichen Grüßen\nAda Quist", "Passt Ihnen Dienstag?"),
            ("from_my_iphone", "Yes please.", "Shall we send a new one?"),
        ],
    )
    def test_folds_the_history_away(self, name: str, text: str, history_has: str) -> None:
        said = sample(name)
        assert said.text == text
        assert history_has in (said.quoted or "")

    @pytest.mark.parametrize("name", ["interleaved", "forwarded"])
    def test_leaves_answers_between_the_lines_and_forwards_whole(self, name: str) -> None:
        assert sample(name).quoted is None

    def test_keeps_text_and_html_that_differ(self) -> None:
        raw = mail(
            "--b\r\nContent-Type: text/plain\r\n\r\nPlain words\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Other words</p>\r\n--b--\r\n",
            Content_Type='multipart/alternative; boundary="b"',
        )
        assert (read(raw).text, read(raw).html) == ("Plain words", "<p>Other words</p>")


class TestHtml:
    def test_has_nothing_active_left(self) -> None:
        html = sample("html_only").html or ""
        assert 'src="cid:lamp"' in html
        assert not [word for word in ("script", "steal", "onload", "onerror", "javascript", "style") if word in html]

    @pytest.mark.parametrize(
        "markup",
        [
            "<svg><script>alert(1)</script></svg>",
            "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
            '<iframe srcdoc="<script>alert(1)</script>">',
            '<p style="background:url(javascript:alert(1));behavior:url(#x);position:fixed">x</p>',
            '<a href="&#106;avascript:alert(1)">x</a><base href="//evil.example"><meta http-equiv=refresh content="0;url=//evil.example">',
            '<form action="//evil.example"><input name=password><button>Sign in</button></form>',
        ],
    )
    def test_survives_the_known_tricks(self, markup: str) -> None:
        html = (read(mail(markup, Content_Type="text/html")).html or "").lower()
        assert not [word for word in ("alert", "<form", "<input", "evil.example", "position", "behavior") if word in html]


class TestFiles:
    def names(self, said: InboundMessage) -> list[tuple[str, str]]:
        return [(file.name, file.media_type) for file in said.files]

    @pytest.mark.parametrize(
        ("name", "files"),
        [
            ("nested_message", [("message-1.eml", "message/rfc822")]),
            ("winmail", [("winmail.dat", "application/ms-tnef")]),
            ("pgp_signed", [("signature.asc", "application/pgp-signature")]),
            ("calendar_invite", [("invite.ics", "text/calendar")]),
            ("inline_image_nameless", [("part-1.png", "image/png")]),
            ("only_attachment", [("bill.pdf", "application/pdf")]),
            ("missing_boundary", [("log.txt", "text/plain")]),
            ("wrong_boundary", [("lamp.png", "image/png")]),
            ("apple_text_around_image", [("a.png", "image/png")]),
        ],
    )
    def test_are_all_that_is_neither_text_nor_html(self, name: str, files: list[tuple[str, str]]) -> None:
        assert self.names(sample(name)) == files

    def test_have_names_that_are_safe_to_save(self) -> None:
        names = [file.name for file in sample("file_names").files]
        assert names[:6] == ["Rechänung März.pdf", "passwd", "march.pdf", "two lines.pdf", "счёт.pdf", "billfdp.exe"]
        assert (len(names[6]), names[6][-4:]) == (180, ".pdf")

    def test_keep_a_message_inside_byte_for_byte(self) -> None:
        (inner,) = sample("nested_message").files
        assert read(inner.content or b"").sender.value == "bo@example.org"

    def test_are_inline_where_the_html_shows_them(self) -> None:
        (lamp,) = sample("inline_image_as_attachment").files
        assert (lamp.content_id, lamp.is_inline) == ("lamp@desk", True)

    def test_are_counted(self) -> None:
        part = "--b\r\nContent-Type: image/png\r\n\r\nx\r\n"
        said = read(mail(part * 300 + "--b--\r\n", Content_Type='multipart/mixed; boundary="b"'))
        assert len(said.files) == 100
        assert said.warnings == ("101 parts left out: a mail may have 200.", "99 files left out: a mail may have 100.")


class TestLooks:
    @pytest.mark.parametrize("stumbles", [lambda: {"a": "b"}["from"], lambda: str(int("x")), lambda: chr(-1), b"\xff".decode])
    def test_that_stumble_cost_no_more_than_their_own_answer(self, stumbles: Callable[[], str]) -> None:
        assert _or("otherwise", stumbles) == "otherwise"


class TestWarnings:
    @pytest.mark.parametrize(
        ("name", "warning"),
        [
            ("malformed_message_id", "The Message-ID is malformed."),
            ("unknown_charset", "A text has a charset that we do not know."),
            ("nonsense_encoding", "A part has a transfer encoding that does not exist."),
            ("missing_boundary", "The boundary between the parts is missing or wrong."),
            ("cr_only", "Lines ended with a bare carriage return."),
            ("lost_indent", "A folded header had lost its indent."),
            ("no_blank_line", "No blank line stands between headers and text."),
            ("junk_first_line", "The first line is not a header."),
            ("from_missing", "The mail names no usable author."),
            ("from_double", "The mail names more than one author; the first was taken."),
            ("from_ourselves", "The author is our own address."),
        ],
    )
    def test_say_what_was_odd(self, name: str, warning: str) -> None:
        assert sample(name).warnings == (warning,)

    def test_are_silent_about_an_ordinary_mail(self) -> None:
        assert sample("gmail_reply").warnings == ()
