"""The history in HTML, found by the marks of the programs that wrote it."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.html_quotes import split_body, split_html
from channels.email.markup import html_to_text
from channels.email.quoting import split
from tests.support import torture

INTRODUCTION = "On Wed, Mar 11, 2026 at 9:00 AM Desk &lt;support@desk.example.com&gt; wrote:"
HEADERS = "<b>From:</b> Desk &lt;support@desk.example.com&gt;<br><b>Sent:</b> Wednesday, March 11, 2026 9:00 AM<br><b>To:</b> Ada<br><b>Subject:</b> Lamp<br>"
QUOTES = [
    pytest.param(written, id=name)
    for name, written in {
        "Gmail": f'<div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">{INTRODUCTION}<br></div><blockquote class="gmail_quote">Old</blockquote></div>',
        "Gmail of old": f'<div class="gmail_extra"><br><div class="gmail_quote">{INTRODUCTION}<br><blockquote class="gmail_quote">Old</blockquote></div><br></div>',
        "Gmail in a language nobody knows": '<div class="gmail_quote"><div class="gmail_attr">Desk zei toen dit<br></div><blockquote class="gmail_quote">Old</blockquote></div>',
        "Gmail by way of Outlook": f'<div class="x_gmail_quote">{INTRODUCTION}<br><blockquote>Old</blockquote></div>',
        "Apple Mail": f'<br><div><br><blockquote type="cite"><div>{INTRODUCTION}</div><br><div>Old</div></blockquote></div>',
        "Apple Mail, older": f'<div><div>{INTRODUCTION}</div><br><blockquote type="cite"><div>Old</div></blockquote></div>',
        "Thunderbird": f'<div class="moz-cite-prefix">{INTRODUCTION}<br></div><blockquote type="cite" cite="mid:1@example.com"><p>Old</p></blockquote>',
        "Roundcube": f'<p id="reply-intro">{INTRODUCTION}</p><blockquote type="cite"><div>Old</div></blockquote>',
        "Outlook on the web": f'<div id="appendonsend"></div><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr">{HEADERS}</div><div>Old</div>',
        "Outlook on the web, older": f'<hr tabindex="-1"><div id="divRplyFwdMsg"><font>{HEADERS}</font></div><div>Old</div>',
        "Outlook for iOS": f'<hr style="display:inline-block;width:98%" tabindex="-1">\n<div id="divRplyFwdMsg">{HEADERS}</div><div>Old</div>',
        "Airmail": f'<p class="airmail_on">{INTRODUCTION}</p><blockquote type="cite" class="clean_bq"><div>Old</div></blockquote>',
        "eM Client": '<div>------ Original Message ------</div><div>From "Desk"</div><blockquote cite="1@x" type="cite" class="cite2">Old</blockquote>',
        "QQ": '<div>------------------&nbsp;原始邮件&nbsp;------------------</div><div>发件人: "Desk";</div><div>Old</div>',
        "Samsung": f"<div><!-- originalMessage --><div>-------- Original message --------</div><div>{HEADERS}</div></div><div>Old</div>",
        "Tutanota": '<div>11. März 2026, 09:00 von support@desk.example.com:<br></div><blockquote class="tutanota_quote"><div>Old</div></blockquote>',
        "Nine": f'<div id="quoted_header"><hr>{HEADERS}</div><div>Old</div>',
        "Aliyun": '<div class="__aliyun_previous_wrap"><div>发件人：Desk</div><div>Old</div></div>',
        "new Outlook": f'<div id="mail-editor-reference-message-container"><hr><div>{HEADERS}</div><div>Old</div></div>',
        "Outlook on a telephone": f'<div id="ms-outlook-mobile-reference-message"><hr>{HEADERS}<div>Old</div></div>',
        "Outlook 2013": f'<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">{HEADERS}</p></div><p class="MsoNormal">Old</p>',
        "Outlook 2007": f"<div style='border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0in 0in 0in'><p class=MsoNormal>{HEADERS}</p></div><p class=MsoNormal>Old</p>",
        "Outlook without a border": f'<p class="MsoNormal">{HEADERS}</p><p class="MsoNormal">Old</p>',
        "Outlook in French": "<p><b>De :</b> Desk<br><b>Envoyé :</b> mercredi 11 mars 2026<br><b>À :</b> Ada<br><b>Objet :</b> Lampe</p><p>Old</p>",
        "Windows Mail": f'<div style="padding-top: 5px; border-top-color: rgb(229, 229, 229); border-top-style: solid;">{HEADERS}</div><div>Old</div>',
        "Outlook for Mac": f'<span id="OLK_SRC_BODY_SECTION"><div>{HEADERS}</div><div>Old</div></span>',
        "Hotmail": f'<hr id="stopSpelling">{HEADERS}<div>Old</div>',
        "Yahoo": f'<div id="yahoo_quoted_1" class="yahoo_quoted"><div>{INTRODUCTION}</div><div>Old</div></div>',
        "Yahoo, renamed": f'<div class="ydp12yahoo_quoted"><div>{INTRODUCTION}</div><div>Old</div></div>',
        "Proton": f'<div class="protonmail_quote">{INTRODUCTION}<br><blockquote class="protonmail_quote" type="cite">Old</blockquote></div>',
        "Zimbra": f'<hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__">{HEADERS}</div><div data-marker="__QUOTED_TEXT__">Old</div>',
        "Zoho": f'<div class="zmail_extra"><br>---- {INTRODUCTION} ----<br><blockquote>Old</blockquote></div>',
        "GMX": f'<div name="quote" style="margin:10px 5px 5px 10px; border-left:2px solid #C3D9E5;"><div>{HEADERS}</div><div name="quoted-content">Old</div></div>',
        "Spark": f'<div name="messageReplySection">{INTRODUCTION}<br><blockquote type="cite">Old</blockquote></div>',
        "Superhuman": f'<div class="sh-quoted-content">{INTRODUCTION}<br><blockquote>Old</blockquote></div>',
        "NetEase": f'<div style="position:relative"></div>{INTRODUCTION}<br><blockquote id="isReplyContent">Old</blockquote>',
        "Yandex": '<div>11.03.2026, 09:00, "Desk" &lt;support@desk.example.com&gt;:</div><blockquote><p>Old</p></blockquote>',
        "Mail.ru": "<br>Среда, 11 марта 2026, 9:00 +03:00 от Desk &lt;support@desk.example.com&gt;:<br><blockquote>Old</blockquote>",
        "no mark but the words": f"<div>{INTRODUCTION}</div><div>Old</div>",
        "a help desk's line": '<div style="color:#b5b5b5">##- Please type your reply above this line -##</div><p>Old</p>',
    }.items()
]


def seen(markup: str | None) -> str:
    return html_to_text(markup or "")


class TestSplit:
    @pytest.mark.parametrize("quote", QUOTES)
    def test_finds_the_history(self, quote: str) -> None:
        markup = f"<html><head><style>p {{ color: red }}</style></head><body><p>New words</p><p>Regards, Ada</p>{quote}</body></html>"
        said = split_html(markup)
        assert seen(said.new) == "New words\n\nRegards, Ada"
        assert "Old" in seen(said.quoted)
        assert sorted(said.new + (said.quoted or "")) == sorted(markup)

    @pytest.mark.parametrize("quote", [quote for quote in QUOTES if quote.id in {"Gmail", "Apple Mail", "Thunderbird", "Yahoo", "Yandex", "Proton"}])
    def test_keeps_what_is_written_below(self, quote: str) -> None:
        said = split_html(f"<body>{quote}<p>New words</p></body>")
        assert seen(said.new) == "New words"
        assert "Old" in seen(said.quoted)

    @pytest.mark.parametrize(
        "markup",
        [
            pytest.param("<p>New words</p>", id="nothing quoted"),
            pytest.param("", id="nothing at all"),
            pytest.param("<p>He said</p><blockquote>never bought</blockquote><p>but I did</p>", id="a citation"),
            pytest.param(f'<div class="gmail_quote">{INTRODUCTION}<blockquote>Old</blockquote></div>', id="nothing new"),
            pytest.param(
                '<p>FYI</p><div class="gmail_quote">---------- Forwarded message ---------<br>From: <b>Bo</b> &lt;bo@example.org&gt;<br>Date: Tue<br>Subject: Lamp<br>Old</div>',
                id="a forward",
            ),
            pytest.param(
                '<blockquote type="cite">Which?</blockquote><p>Red.</p><blockquote type="cite">Where?</blockquote><p>Home.</p>', id="between the lines"
            ),
            pytest.param(f'<p>See my answers in red.</p><div id="divRplyFwdMsg">{HEADERS}</div><p>Old <font color="red">Yes</font></p>', id="answers in red"),
            pytest.param("<p>My trip:<br>From: London<br>To: Paris</p>", id="a journey"),
            pytest.param('<style>.gmail_quote { color: red }</style><p>New words about class="gmail_quote"</p>', id="the mark as a word"),
            pytest.param(f"<!-- {HEADERS} --><p>New words</p>", id="headers in a comment"),
            pytest.param('<hr><p>New words</p><hr style="border-top:solid #E1E1E1 1.0pt">', id="rules"),
        ],
    )
    def test_leaves_whole(self, markup: str) -> None:
        said = split_html(markup)
        assert (said.new, said.quoted) == (markup, None)

    def test_reads_the_subject(self) -> None:
        markup = f'<p>Please help her.</p><div id="divRplyFwdMsg">{HEADERS}</div><p>Old</p>'
        assert split_html(markup, "FW: Lamp").quoted is None
        assert split_html(markup, "RE: Lamp").quoted is not None

    def test_letters_that_grow_in_lower_case_move_no_cut(self) -> None:
        said = split_html(f'<p>İİİİ New</p><div class="gmail_quote">{INTRODUCTION}<blockquote>Old</blockquote></div>')
        assert said.new == "<p>İİİİ New</p>"

    @given(
        pieces=st.lists(
            st.sampled_from(
                [
                    '<div class="gmail_quote">',
                    "<blockquote type=cite>",
                    "</div>",
                    "</blockquote>",
                    "<p>",
                    "<br>",
                    "x",
                    "From: a@b",
                    "Sent: 1",
                    "<",
                    ">",
                    "<!--",
                    "<style>",
                    "İ",
                ]
            ),
            max_size=30,
        )
    )
    @settings(max_examples=300, deadline=None)
    def test_loses_nothing(self, pieces: list[str]) -> None:
        markup = "".join(pieces)
        said = split_html(markup)
        assert sorted(said.new + (said.quoted or "")) == sorted(markup)


class TestSplitBody:
    def test_reads_the_marks_where_the_words_say_nothing(self) -> None:
        markup = '<p>New words</p><p>-- <br>Ada</p><div class="gmail_quote">Desk zei toen dit<br><div>Old</div></div>'
        text = html_to_text(markup)
        assert split(text).quoted is None
        said = split_body(text, markup)
        assert (said.reply, said.signature, said.quoted) == ("New words", "--\nAda", "Desk zei toen dit\nOld")

    @pytest.mark.parametrize("quote", QUOTES)
    def test_agrees_with_the_words(self, quote: str) -> None:
        markup = f"<body><p>New words</p>{quote}</body>"
        said = split_body(html_to_text(markup), markup)
        assert said.reply == "New words"
        assert "Old" in (said.quoted or "")

    def test_leaves_a_text_without_html_to_its_words(self) -> None:
        assert split_body("New words", None) == split("New words")
        assert split_body("New words", "<p>New words</p>") == split("New words")


@pytest.mark.torture
class TestTime:
    @pytest.mark.parametrize(
        "piece",
        [
            *(
                "<div>",
                "</div>",
                '<div class="gmail_quote">',
                "<blockquote type=cite>",
                '<div id="divRplyFwdMsg">',
                "<",
                "<p>",
                "<br>",
                "<a b=c>",
                "<style>",
                "<!--",
                "&nbsp;",
                "&#x",
                "&",
            ),
            *(
                "gmail_quote ",
                "<div gmail_quote ",
                "<hr>From: a",
                "<p>From: a@b</p>",
                "x<blockquote>y</blockquote>",
                '<div class="gmail_quote">a</div>b',
                "é<B>",
            ),
            "<div " + "class=" * 240 + ">",
        ],
    )
    def test_is_linear(self, piece: str) -> None:
        length = torture.size(200_000, 1_000_000)
        markup = (piece * (length // len(piece) + 1))[:length]
        begun = time.process_time()
        split_html(markup)
        assert time.process_time() - begun < 1.5  # below 0.3 s on an idle core
