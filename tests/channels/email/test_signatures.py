"""Where a signature begins, what it says about its owner, and what is none."""

import pytest

from channels.email.quoting import split
from channels.email.signed import SignatureFacts, closing_of, signature_facts
from kernel.claims import Claim, IdentityKind, Trust

NEW = "Yes, Tuesday suits me.\n\nRegards,\nAda"
HISTORY = "On Wed, Mar 11, 2026 at 9:00 AM Desk <support@desk.example.com> wrote:\n\n> Shall we bring it?"
MOBILE = [
    "Sent from my iPhone",
    "Sent from my iPad",
    "Sent from my Samsung Galaxy smartphone.",
    "Sent from my Verizon Wireless BlackBerry",
    "Sent from my mobile device",
    "Sent from my phone, please excuse typos",
    "Sent from my phone. Please excuse any brevity!",
    "Sent from Yahoo Mail on Android",
    "Sent from Yahoo Mail for iPhone <https://overview.mail.yahoo.com/?.src=iOS>",
    "Sent from Outlook for iOS",
    "Sent from Mail for Windows 10",
    "Sent from [Mail](https://go.microsoft.com/fwlink/?LinkId=550986) for Windows",
    "Sent with Proton Mail secure email.",
    "Sent with Sparrow (http://www.sparrowmailapp.com/?sig)",
    "Sent via Superhuman iOS ( https://sprh.mn/?vip=ada@example.com )",
    "Sent using Zoho Mail",
    "Sent from a very small keyboard",
    "Get Outlook for iOS<https://aka.ms/o0ukef>",
    "Get Outlook for Android <https://aka.ms/ghei36>",
    "*Sent from my iPhone*",
    "(Sent from my phone)",
    "Von meinem iPhone gesendet",
    "Von meinem Samsung Galaxy Smartphone gesendet.",
    "Gesendet von meinem iPhone",
    "Gesendet mit der GMX Mail App",
    "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
    "Von unterwegs gesendet",
    "Outlook für Android beziehen",
    "Envoyé de mon iPhone",
    "Envoyé depuis mon appareil mobile Samsung.",
    "Envoyé à partir de Outlook pour iOS",
    "Enviado desde mi iPhone",
    "Enviado desde mi Samsung Galaxy",
    "Obtener Outlook para iOS",
    "Inviato da iPhone",
    "Inviato dal mio dispositivo Samsung",
    "Enviado do meu iPhone",
    "Enviado a partir do meu iPhone",
    "Verstuurd vanaf mijn iPhone",
    "Verzonden vanaf mijn Samsung-apparaat",
    "Sendt fra min iPhone",
    "Hent Outlook til iOS",
    "Skickat från min iPhone",
    "Hämta Outlook för Android",
    "Lähetetty iPhonesta",
    "Wysłane z iPhone’a",
    "Wysłano z mojego telefonu",
    "Odesláno z iPhonu",
    "Odoslané z iPhonu",
    "Отправлено с iPhone",
    "Отправлено из мобильной Почты Mail.ru",
    "Надіслано з iPhone",
    "iPhone'umdan gönderildi",
    "Στάλθηκε από το iPhone μου",
    "Elküldve az iPhone-omról",
    "Trimis de pe iPhone-ul meu",
    "נשלח מה-iPhone שלי",
    "أُرسلت من الـ iPhone",
    "Đã gửi từ iPhone của tôi",
    "Dikirim dari iPhone saya",
    "发自我的iPhone",
    "从我的 iPhone 发送",
    "從我的 iPhone 傳送",
    "iPhoneから送信",
    "私のiPhoneから送信",
    "나의 iPhone에서 보냄",
    "내 iPhone에서 보냄",
]


class TestMobileLines:
    @pytest.mark.parametrize("line", MOBILE)
    def test_at_the_end(self, line: str) -> None:
        said = split(f"{NEW}\n\n{line}\n")
        assert (said.reply, said.signature, said.quoted) == (NEW, line, None)

    @pytest.mark.parametrize("line", MOBILE)
    def test_above_the_history(self, line: str) -> None:
        said = split(f"{NEW}\n\n{line}\n\n{HISTORY}\n")
        assert (said.reply, said.signature, said.quoted) == (NEW, line, HISTORY)

    @pytest.mark.parametrize("line", MOBILE)
    def test_alone(self, line: str) -> None:
        """A photograph sent without a word: nothing is said."""
        said = split(f"\n{line}\n")
        assert (said.reply, said.signature) == ("", line)

    @pytest.mark.parametrize(
        "text",
        [
            "Here is another mail.\n\nSent from my desk, is much easier than my mobile phone.",
            "It says below each mail:\nSent from my iPhone\nHow do I change that?",
            "Sent from my iPhone is what stands below each of my mails.",
            "Sent from my iPhone and received on my iPad, but where is the file?",
            "The parcel:\n\nSent from Berlin on Monday, it never came here.",
            "I ask myself whether it was\n\nSent with the wrong plug because nobody looked",
            "Von meinem Telefon wird nichts mehr angezeigt, was tun?",
            "Enviado desde Madrid el lunes, pero no ha llegado.",
            "Please call me via mobile.",
            "Das habe ich per Mail gesendet.",
            "Von meiner Seite aus passt das.",
            "Vom Handy aus geht es nicht.",
            "Von meinem Chef geschickt.",
            "Outlook für Windows geht nicht mehr.",
            "Download Outlook and it fails.",
            "From my phone everything works fine.",
            "The invoice?\n\nSent by mail yesterday.",
            "La facture ?\n\nEnvoyé par mail hier.",
            "我的iPhone坏了",
            "从我的手机登录不了",
            "내 iPhone이 고장났어요",
            "삼성 휴대폰에서 안 됩니다",
            "写真をiPhoneから送信しました",
            "Fatura mail ile gönderildi.",
            "Sendt med posten i går.",
        ],
    )
    def test_the_same_words_as_content(self, text: str) -> None:
        assert split(text).reply == text


class TestDelimiters:
    @pytest.mark.parametrize(
        "signature",
        [
            pytest.param("-- \nAda Quist", id="as RFC 3676 has it"),
            pytest.param("--\nAda Quist\nLumen", id="without its blank"),
            pytest.param("—\nAda Quist", id="made a long dash"),
            pytest.param("-- \nAda Quist\n\nHead of Lamps\n\nLumen GmbH, 12 Street\n+49 30 1234567", id="with gaps"),
            pytest.param("-- \n*Ada Quist | Head of Lamps*", id="in bold"),
            pytest.param("-----------------\nAda Quist\nLumen\n+49 30 1234567", id="a rule"),
            pytest.param("____________\nAda Quist\nada@lumen.example", id="underscores"),
            pytest.param("-Ada Quist", id="a name behind a dash"),
            pytest.param("- Ada", id="a first name behind a dash"),
            pytest.param("-Maarten de Jong", id="a name with a particle"),
            pytest.param("-- \nAda\n\nSent from my iPhone", id="and a telephone"),
            pytest.param("Sent from my iPhone\n\n-- \nlamps mailing list\nlamps@lists.example.org", id="and a list"),
            pytest.param(
                "_______________________________________________\nlamps mailing list\nlamps@lists.example.org\nhttp://lists.example.org/lamps", id="a list"
            ),
            pytest.param('-- \nYou received this message because you are subscribed to the Google Groups "lamps" group.\nTo unsubscribe…', id="a group"),
            pytest.param("Virus-free. www.avast.com <https://www.avast.com/sig-email>", id="a scanner"),
            pytest.param(
                "Disclaimer\n\nThe information contained in this communication is confidential and intended solely for use by the recipient. Do not copy it.",
                id="lawyers",
            ),
            pytest.param(
                "This e-mail may contain confidential and/or privileged information. If you are not the intended recipient, please notify the sender.",
                id="a notice",
            ),
            pytest.param(
                "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, informieren Sie bitte den Absender.",
                id="Vertraulich",
            ),
            pytest.param("-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n=abcd\n-----END PGP SIGNATURE-----", id="PGP"),
        ],
    )
    def test_part_the_signature(self, signature: str) -> None:
        for text in (f"{NEW}\n\n{signature}\n", f"{NEW}\n\n{signature}\n\n{HISTORY}"):
            said = split(text)
            assert (said.reply, said.signature) == (NEW, signature)

    def test_below_the_history(self) -> None:
        said = split(f"{NEW}\n\n{HISTORY}\n\n-- \nAda Quist\n")
        assert (said.reply, said.signature, said.quoted) == (NEW, "-- \nAda Quist", HISTORY)

    def test_below_answers_between_the_lines(self) -> None:
        text = f"{HISTORY}\n\nYes.\n\n> And the plug?\n\nYes."
        said = split(f"{text}\n\n-- \nAda Quist")
        assert (said.reply, said.signature, said.quoted) == (text, "-- \nAda Quist", None)

    def test_signed_by_pgp(self) -> None:
        said = split(f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{NEW}\n-----BEGIN PGP SIGNATURE-----\nabc\n-----END PGP SIGNATURE-----")
        assert said.reply == NEW
        assert said.signature is not None
        assert said.signature.startswith("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n-----BEGIN PGP SIGNATURE-----")

    @pytest.mark.parametrize(
        "banner",
        [
            "CAUTION: This email originated from outside of this company. Do not click links or open attachments unless you recognize the sender.",
            "*EXTERNAL EMAIL* Do not click on links\nif you do not know the sender.",
            "[EXTERNAL] This message comes from an external sender.",
            "ACHTUNG: Diese E-Mail kommt von außerhalb. Öffnen Sie keine Anhänge.",
        ],
    )
    def test_a_gateways_banner(self, banner: str) -> None:
        said = split(f"{banner}\n\n{NEW}\n\n{HISTORY}")
        assert (said.reply, said.signature, said.quoted) == (NEW, banner, HISTORY)

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("Attention: the external lamp is broken.\n\nPlease help.", id="no banner"),
            pytest.param("Warning: your mail to the external warehouse bounced.\n\nPlease help.", id="no banner either"),
            pytest.param("And here is a fix -- this is not a signature.\n\nbye", id="dashes in a line"),
            pytest.param("My list:\n\n- Lamp\n\n- Plug", id="items of one word"),
            pytest.param("I need:\n\n- Lamp", id="a list of one"),
            pytest.param("Is it on?\n\n-Yes", id="an answer behind a dash"),
            pytest.param("Hello.\n\nBefore printing the label I saw that the address on it is not mine.", id="printing"),
            pytest.param(
                "Hello.\n\nThis email is about the lamp: you are liable for what it has done to my carpet, as I have written to you before.", id="liable"
            ),
            pytest.param(
                "Hello.\n\nThis message came back to me although the address is right, so please tell me where to write to instead.", id="this message"
            ),
            pytest.param("Items\n-----\nlamp 2\nplug 3", id="a table"),
            pytest.param(
                "Two things\n\n------\n\nThe first is that the lamp does not go on at all, see http://example.com\nThe second is the plug.", id="sections"
            ),
            pytest.param("First.\n--\n" + "\n".join(f"Line {number} of what I have to say." for number in range(40)), id="forty lines below two dashes"),
            pytest.param("-- \nAda Quist", id="nothing above"),
            pytest.param("It is -20 degrees here\n\n-20", id="a number"),
            pytest.param("confidential\n\nThis message is short.", id="short words"),
            pytest.param(NEW, id="a closing"),
            pytest.param("Please call.\n\nMit freundlichen Grüßen\nAda Quist\nHead of Lamps\n+49 30 1234567", id="a closing with contacts"),
        ],
    )
    def test_leaves_what_is_none(self, text: str) -> None:
        said = split(text)
        assert said.reply == text or (text.startswith("-- ") and not said.reply)


class TestFacts:
    def test_reads_what_stands_there(self) -> None:
        facts = signature_facts(
            "-- \nDr. Ada Quist | Head of Lamps\nLumen GmbH\nTel.: +49 (0)30 1234567 | Fax: +49 30 1234568\nMobile 0171 2345678\nada@lumen.example\nwww.lumen.example"
        )
        assert facts == SignatureFacts(
            name="Dr. Ada Quist",
            title="Head of Lamps",
            company="Lumen GmbH",
            phones=("+49 30 1234567", "0171 2345678"),
            addresses=("ada@lumen.example",),
            domains=("lumen.example",),
        )

    @pytest.mark.parametrize(
        ("signature", "phones"),
        [
            pytest.param("+44 20 7946 0112", ("+44 20 7946 0112",), id="with a country"),
            pytest.param("0044 20 7946 0112", ("0044 20 7946 0112",), id="with zeros"),
            pytest.param("T: 020 7946 0112", ("020 7946 0112",), id="labelled by a letter"),
            pytest.param("Tél. : 01 99 00 12 34", ("01 99 00 12 34",), id="French"),
            pytest.param("тел. 8 495 123 45 67", ("8 495 123 45 67",), id="Russian"),
            pytest.param("電話: 03-1234-5678", ("03-1234-5678",), id="Japanese"),
            pytest.param("Phone (555) 346-9947", ("(555) 346-9947",), id="brackets"),
            pytest.param("020 7946 0112", (), id="neither country nor label"),
            pytest.param("Fax: +44 20 7946 0113", (), id="a fax"),
            pytest.param("F +44 20 7946 0113", (), id="a fax by a letter"),
            pytest.param("IBAN DE89 3704 0044 0532 0130 00", (), id="an account"),
            pytest.param("VAT GB123456789, HRB 123456", (), id="registers"),
            pytest.param("Order 2026-03-11-0001", (), id="an order"),
            pytest.param("M: +1 555 0100 1234 5678 9012 3456", (), id="too long"),
        ],
    )
    def test_finds_telephones(self, signature: str, phones: tuple[str, ...]) -> None:
        assert signature_facts(signature).phones == phones

    @pytest.mark.parametrize(
        ("signature", "sender", "name", "title"),
        [
            pytest.param("-- \nAda Quist, CTO", None, "Ada Quist", "CTO", id="beside a comma"),
            pytest.param("-- \nAda Quist\nGeschäftsführerin", None, "Ada Quist", "Geschäftsführerin", id="below"),
            pytest.param("Regards,\nAda Quist", "Ada Quist", "Ada Quist", None, id="the sender's own"),
            pytest.param("Lumen GmbH\nada quist", "Ada Quist", "Ada Quist", None, id="in small letters"),
            pytest.param("Lumen GmbH\nwww.lumen.example", None, None, None, id="a company alone"),
            pytest.param("Sent from my iPhone", None, None, None, id="a telephone"),
        ],
    )
    def test_finds_the_name(self, signature: str, sender: str | None, name: str | None, title: str | None) -> None:
        facts = signature_facts(signature, sender)
        assert (facts.name, facts.title) == (name, title)

    @pytest.mark.parametrize(
        "footer",
        [
            "____________________\nlamps mailing list\nlamps@lists.example.org\nhttp://lists.example.org",
            'You received this message because you are subscribed to the Google Groups "lamps".\nTo leave, write to lamps+unsubscribe@googlegroups.com.',
            "This e-mail is confidential. If you are not the intended recipient, tell legal@lumen.example or +49 30 7654321.",
            "noreply@lumen.example",
        ],
    )
    def test_leaves_out_what_is_not_the_owners(self, footer: str) -> None:
        facts = signature_facts(f"-- \nAda Quist\nada@lumen.example\n\n{footer}")
        assert (facts.name, facts.addresses, facts.phones) == ("Ada Quist", ("ada@lumen.example",), ())
        assert signature_facts(footer).claims() == ()

    def test_makes_claims_that_are_signed(self) -> None:
        assert signature_facts("Ada Quist\n+44 20 7946 0112\nada@lumen.example").claims() == (
            Claim(kind=IdentityKind.PHONE, value="+44 20 7946 0112", trust=Trust.SIGNED, name="Ada Quist"),
            Claim(kind=IdentityKind.EMAIL, value="ada@lumen.example", trust=Trust.SIGNED, name="Ada Quist"),
        )

    def test_reads_below_a_closing(self) -> None:
        assert closing_of("Please call.\n\nKind regards,\n\nAda Quist\n+44 20 7946 0112") == "Ada Quist\n+44 20 7946 0112"
        assert closing_of("Please call +44 20 7946 0112.") is None
