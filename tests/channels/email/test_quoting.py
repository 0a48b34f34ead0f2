"""The new part of an answer and the history below it."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.markup import html_to_text
from channels.email.quoting import split

NEW = "Yes, Tuesday suits me."
OLD = "Shall we bring it on Tuesday?"


def marked(text: str) -> str:
    """Return a text as mail programs quote it."""
    return "\n".join(f"> {line}" for line in text.split("\n"))


INTRODUCTIONS = [
    pytest.param("On Wed, Mar 11, 2026 at 9:00 AM Desk <support@desk.example.com> wrote:", id="Gmail"),
    pytest.param("On Wed, Mar 11, 2026 at 9:00 AM A Desk With A Very Long Name\n<support@desk.example.com> wrote:", id="Gmail over two lines"),
    pytest.param("On Mar 11, 2026, at 9:00 AM, A Desk <\nsupport-of-the-lamp-shop@desk.example.com>\nwrote:", id="three lines"),
    pytest.param("On 11 Mar 2026, at 09:00, Desk <support@desk.example.com> wrote:", id="Apple Mail"),
    pytest.param("On 11/03/2026 09:00, Desk wrote:", id="Thunderbird"),
    pytest.param("Am 11.03.2026 um 09:00 schrieb Desk <support@desk.example.com>:", id="German"),
    pytest.param("Am Mi., 11. März 2026 um 09:00 Uhr schrieb Desk\n<support@desk.example.com>:", id="German Gmail"),
    pytest.param("Le mer. 11 mars 2026 à 09:00, Desk <support@desk.example.com> a écrit :", id="French"),
    pytest.param("El mié, 11 mar 2026 a las 9:00, Desk (<support@desk.example.com>) escribió:", id="Spanish"),
    pytest.param("Il giorno mer 11 mar 2026 alle ore 09:00 Desk <support@desk.example.com> ha scritto:", id="Italian"),
    pytest.param("Em qua., 11 de mar. de 2026 às 09:00, Desk <support@desk.example.com> escreveu:", id="Portuguese"),
    pytest.param("Op wo 11 mrt 2026 om 09:00 schreef Desk <support@desk.example.com>:", id="Dutch"),
    pytest.param("Den ons. 11. mar. 2026 kl. 09.00 skrev Desk <support@desk.example.com>:", id="Danish"),
    pytest.param("Den ons 11 mars 2026 kl 09:00 skrev Desk <support@desk.example.com>:", id="Swedish"),
    pytest.param("ons. 11. mars 2026 kl. 09:00 skrev Desk <support@desk.example.com>:", id="Norwegian"),
    pytest.param("śr., 11 mar 2026 o 09:00 Desk <support@desk.example.com> napisał(a):", id="Polish"),
    pytest.param("st 11. 3. 2026 v 9:00 odesílatel Desk <support@desk.example.com> napsal:", id="Czech"),
    pytest.param("ср, 11 мар. 2026 г. в 09:00, Desk <support@desk.example.com>:", id="Russian Gmail"),
    pytest.param("11.03.2026 09:00, Desk пишет:", id="Russian Thunderbird"),
    pytest.param("ср, 11 бер. 2026 р. о 09:00 Desk <support@desk.example.com> пише:", id="Ukrainian"),
    pytest.param("Desk <support@desk.example.com>, 11 Mar 2026 Çar, 09:00 tarihinde şunu yazdı:", id="Turkish"),
    pytest.param("Στις Τετ 11 Μαρ 2026 στις 9:00 π.μ., ο χρήστης Desk <support@desk.example.com> έγραψε:", id="Greek"),
    pytest.param("在 2026年3月11日周三 09:00，Desk <support@desk.example.com> 写道：", id="Chinese"),
    pytest.param("2026年3月11日(水) 9:00 Desk <support@desk.example.com>:", id="Japanese"),
    pytest.param("2026년 3월 11일 (수) 오전 9:00, Desk <support@desk.example.com>님이 작성:", id="Korean"),
]
BLOCKS = [
    pytest.param("From: Desk <support@desk.example.com>\nSent: Wednesday, March 11, 2026 9:00 AM\nTo: Ada Quist\nSubject: RE: Lamp", id="Outlook"),
    pytest.param(
        "________________________________\nFrom: Desk\nSent: Wednesday, March 11, 2026 9:00 AM\nTo: Ada Quist\nSubject: RE: Lamp", id="Outlook's rule"
    ),
    pytest.param("-----Original Message-----\nFrom: Desk\nSent: Wednesday\nTo: Ada\nSubject: Lamp", id="old Outlook"),
    pytest.param("*From:* Desk <support@desk.example.com>\n*Sent:* Wednesday\n*To:* Ada\n*Subject:* Lamp", id="in bold"),
    pytest.param("Von: Desk\nGesendet: Mittwoch, 11. März 2026 09:00\nAn: Ada Quist\nBetreff: AW: Lampe", id="German"),
    pytest.param("-----Ursprüngliche Nachricht-----\nVon: Desk\nGesendet: Mittwoch\nAn: Ada\nBetreff: Lampe", id="old German"),
    pytest.param("De : Desk\nEnvoyé : mercredi 11 mars 2026 09:00\nÀ : Ada Quist\nObjet : Lampe", id="French"),
    pytest.param("De: Desk\nEnviado el: miércoles, 11 de marzo de 2026 9:00\nPara: Ada\nAsunto: Lámpara", id="Spanish"),
    pytest.param("Da: Desk\nInviato: mercoledì 11 marzo 2026 09:00\nA: Ada\nOggetto: Lampada", id="Italian"),
    pytest.param("De: Desk\nEnviada em: quarta-feira, 11 de março de 2026 09:00\nPara: Ada\nAssunto: Lâmpada", id="Portuguese"),
    pytest.param("Van: Desk\nVerzonden: woensdag 11 maart 2026 09:00\nAan: Ada\nOnderwerp: Lamp", id="Dutch"),
    pytest.param("Fra: Desk\nSendt: onsdag den 11. marts 2026 09:00\nTil: Ada\nEmne: Lampe", id="Danish"),
    pytest.param("Från: Desk\nSkickat: den 11 mars 2026 09:00\nTill: Ada\nÄmne: Lampa", id="Swedish"),
    pytest.param("Od: Desk\nWysłano: środa, 11 marca 2026 09:00\nDo: Ada\nTemat: Lampa", id="Polish"),
    pytest.param("От: Desk\nОтправлено: 11 марта 2026 г. 9:00\nКому: Ada\nТема: Лампа", id="Russian"),
    pytest.param("Kimden: Desk\nGönderildi: 11 Mart 2026 Çarşamba 09:00\nKime: Ada\nKonu: Lamba", id="Turkish"),
    pytest.param("发件人: Desk\n发送时间: 2026年3月11日 9:00\n收件人: Ada\n主题: 灯", id="Chinese"),
    pytest.param("差出人: Desk\n送信日時: 2026年3月11日 9:00\n宛先: Ada\n件名: ランプ", id="Japanese"),
]


class TestSplit:
    @pytest.mark.parametrize("introduction", INTRODUCTIONS)
    def test_finds_a_marked_history_with_its_introduction(self, introduction: str) -> None:
        history = f"{introduction}\n\n{marked(OLD)}"
        assert split(f"{NEW}\n\n{history}\n") == (NEW, history)

    @pytest.mark.parametrize("introduction", INTRODUCTIONS)
    def test_finds_an_introduction_above_unmarked_history(self, introduction: str) -> None:
        assert split(f"{NEW}\n\n{introduction}\n\n{OLD}\n") == (NEW, f"{introduction}\n\n{OLD}")

    @pytest.mark.parametrize("block", BLOCKS)
    def test_finds_outlooks_block(self, block: str) -> None:
        assert split(f"{NEW}\n\nAda\n\n{block}\n\n{OLD}\n") == (f"{NEW}\n\nAda", f"{block}\n\n{OLD}")

    @pytest.mark.parametrize(
        ("text", "new"),
        [
            pytest.param(f"{NEW}\n\n{marked(OLD)}", NEW, id="marks alone"),
            pytest.param(f"{NEW}\n\nDesk <support@desk.example.com> wrote:\n\n{marked(OLD)}", NEW, id="our own introduction, without a date"),
            pytest.param(f"{NEW}\n\n> On 11 Mar 2026, Desk wrote:\n> \n> {OLD}", NEW, id="the introduction quoted too"),
            pytest.param(f"On 11 Mar 2026, Desk wrote:\n\n{marked(OLD)}\n\n{NEW}", NEW, id="answered below"),
            pytest.param(f"{NEW}\n\nOn 11 Mar 2026, Desk wrote:\n{marked(OLD)}\n\nRegards, Ada", f"{NEW}\n\n\nRegards, Ada", id="around the quote"),
            pytest.param(f"{NEW}\n-- \nAda Quist\n\nOn 11 Mar 2026, Desk wrote:\n{marked(OLD)}", f"{NEW}\n-- \nAda Quist", id="the signature stays"),
            pytest.param(f"{NEW}\n\nOn 11 Mar 2026, Desk wrote:\n> a line that was\nwrapped on its way\n> and more", NEW, id="a line that lost its mark"),
            pytest.param(f"{NEW}\n\n{marked(OLD)}\n\n-- \nfriends mailing list", NEW, id="a list's footer"),
            pytest.param(f"{NEW} On Wed, Mar 11, 2026 at 9:00 AM, desk@example.com wrote:\n{marked(OLD)}", NEW, id="on the answer's own line"),
        ],
    )
    def test_gives_the_new_part(self, text: str, new: str) -> None:
        assert split(text)[0] == new

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param(NEW, id="nothing quoted"),
            pytest.param("", id="nothing at all"),
            pytest.param(
                f"See below.\n\nOn 11 Mar 2026, Desk wrote:\n{marked('Which lamp?')}\n\nThe red one.\n\n{marked('Where?')}\n\nAt home.", id="between the lines"
            ),
            pytest.param(f"FYI\n\n---------- Forwarded message ---------\nFrom: Bo <bo@example.org>\nDate: Tue\nSubject: Lamp\n\n{OLD}", id="a forward"),
            pytest.param(f"Begin forwarded message:\n\nFrom: Bo <bo@example.org>\nSubject: Lamp\nDate: Tue\n\n{OLD}", id="Apple's forward"),
            pytest.param(f"On 11 Mar 2026, Desk wrote:\n{marked(OLD)}", id="nothing new"),
            pytest.param("Visit us\n>>> http://www.example.com <<<\nand click", id="arrows"),
            pytest.param("On Monday I wrote:\nplease call me. And nobody did.", id="a sentence"),
            pytest.param("My trip:\nFrom: London\nTo: Paris\nDate: 3 May\nPlease change it.", id="a journey"),
            pytest.param("The interview:\n\nDate: Wednesday 3, October\nTime: 7 am\nAddress: 130 Fox St", id="an appointment"),
            pytest.param("Please fill in:\n\n------ Enter Feedback Below ------\n\nIt was good.", id="a form"),
            pytest.param("As Shakespeare wrote:\nall the world's a stage.", id="somebody else wrote"),
        ],
    )
    def test_leaves_whole_what_is_no_answer_above_a_history(self, text: str) -> None:
        assert split(text) == (text, None)

    @given(text=st.text(alphabet=st.sampled_from(list(">:-_ \nOnFromwrote@<1.,Ж写")), max_size=300))
    @settings(max_examples=400, deadline=None)
    def test_loses_nothing(self, text: str) -> None:
        new, quoted = split(text)
        assert sorted("".join((new + (quoted or "")).split())) == sorted("".join(text.split()))


class TestTime:
    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("On " * 333_000, id="On On On"),
            pytest.param("-" * 1_000_000, id="dashes"),
            pytest.param(" " * 1_000_000, id="spaces"),
            pytest.param(">\n" * 500_000, id="marks"),
            pytest.param("hello\n\n> a\n" * 90_000, id="quotes between lines"),
            pytest.param("On 1\n" * 200_000, id="introductions that never end"),
            pytest.param("From: \n" * 140_000, id="headers that are none"),
            pytest.param("a wrote:\n" * 110_000, id="verbs"),
            pytest.param("> a\nb\n" * 160_000, id="lost marks"),
        ],
    )
    def test_is_linear(self, text: str) -> None:
        begun = time.process_time()
        split(text)
        assert time.process_time() - begun < 1.5  # about 0.3 s on an idle core


class TestHtmlToText:
    @pytest.mark.parametrize(
        "quote",
        [
            pytest.param(
                '<div class="gmail_quote">On Wed, Mar 11, 2026 Desk &lt;a@b.example&gt; wrote:<br><blockquote class="gmail_quote">Old</blockquote></div>',
                id="Gmail",
            ),
            pytest.param('<blockquote type="cite"><div>On 11 Mar 2026, Desk wrote:</div><div>Old</div></blockquote>', id="Apple Mail"),
            pytest.param('<div class="moz-cite-prefix">On 11.03.26 09:00, Desk wrote:<br></div><blockquote type="cite">Old</blockquote>', id="Thunderbird"),
            pytest.param(
                '<hr><div id="divRplyFwdMsg"><b>From:</b> Desk &lt;a@b.example&gt;<br><b>Sent:</b> Wednesday<br><b>To:</b> Ada<br><b>Subject:</b> Lamp</div><p>Old</p>',
                id="Outlook",
            ),
            pytest.param('<div class="yahoo_quoted">On Wednesday, March 11, 2026, Desk &lt;a@b.example&gt; wrote:<div>Old</div></div>', id="Yahoo"),
        ],
    )
    def test_lets_the_quote_be_found(self, quote: str) -> None:
        new, quoted = split(html_to_text(f"<html><body><p>New words</p>{quote}</body></html>"))
        assert new == "New words"
        assert "Old" in (quoted or "")


@pytest.mark.parametrize("number", ["+44 7700 900112", "20 7946 0112", "020-7946 0112"])
def test_a_telephone_number_above_the_introduction_is_no_date(number: str) -> None:
    text = f"{NEW}\n\nAda Quist\n{number}\n\nOn Wed, 11 Mar 2026 at 09:00, Desk <support@desk.example.com> wrote:\n\n{marked(OLD)}"
    new, quoted = split(text)
    assert new == f"{NEW}\n\nAda Quist\n{number}"
    assert quoted is not None
    assert quoted.startswith("On Wed")
