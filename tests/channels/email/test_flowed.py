"""Text that was broken for the way, and pictures that are named by where they lay."""

import time

import pytest

from channels.email.flowed import joined
from tests.channels.email.mails import mail, read
from tests.channels.email.test_content import built, multi, part
from tests.support import torture


class TestJoined:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            pytest.param("one \ntwo \nthree\nfour", "one two three\nfour", id="a paragraph is a line"),
            pytest.param("one \n\ntwo", "one\n\ntwo", id="an empty line parts"),
            pytest.param("> one \n> two\n> three", "> one two\n> three", id="quoted"),
            pytest.param(">one \n>two", "> one two", id="quoted without a space"),
            pytest.param("> one \n>> two \n>> three\nfour", "> one\n>> two three\nfour", id="depths stay apart"),
            pytest.param("> one \n>\n> two", "> one\n>\n> two", id="an empty line in a quote parts"),
            pytest.param("one \ntwo\n-- \nAda \nQuist", "one two\n-- \nAda Quist", id="the signature's line stays"),
            pytest.param("one \n-- \nAda", "one\n-- \nAda", id="and ends a paragraph"),
            pytest.param("> one\n> -- \n> Ada", "> one\n> -- \n> Ada", id="also in a quote"),
            pytest.param(" From here \n on\n  two", "From here on\n two", id="the space for the way is gone"),
            pytest.param("one\n > two", "one\n> two", id="a mark that the writer wrote"),
            pytest.param("one ", "one", id="nothing follows"),
            pytest.param("", "", id="nothing"),
            pytest.param("one\n\n\ntwo", "one\n\n\ntwo", id="fixed lines stay"),
        ],
    )
    def test_for_reading(self, text: str, shown: str) -> None:
        assert joined(text) == shown

    def test_without_the_space_where_a_script_has_none(self) -> None:
        assert joined("今日は \n晴れ\n-- \nアダ", deletes_space=True) == "今日は晴れ\n-- \nアダ"
        assert joined("long  \nword", deletes_space=True) == "long word"

    def test_keeps_every_word(self) -> None:
        dice = torture.dice("flowed")
        for _ in range(300):
            lines = [
                dice.choice(["", "> ", ">> ", " "]) + dice.choice(["", "a", "b c", "-- ", "d "]) + dice.choice(["", " "]) for _ in range(dice.randrange(12))
            ]
            words = [word for line in lines for word in line.replace(">", " ").split()]
            assert joined("\n".join(lines)).replace(">", " ").split() == words

    @pytest.mark.parametrize("line", ["\n", "> \n", "a \n", "-- \n", ">"])
    def test_takes_no_time_over_a_megabyte(self, line: str) -> None:
        began = time.process_time()
        joined(line * (1_000_000 // len(line)))
        assert time.process_time() - began < 2


class TestInMails:
    def test_is_joined_where_the_mail_says_so(self) -> None:
        text = "Where is \nmy lamp?\n\n> It \n> comes.\n"
        message = read(mail(text, Content_Type="text/plain; charset=utf-8; format=flowed"))
        assert (message.text, message.quoted) == ("Where is my lamp?", "> It comes.")
        assert read(mail(text)).text == "Where is \nmy lamp?"

    def test_is_joined_without_spaces_where_it_says_so(self) -> None:
        assert read(mail("今日は \n晴れ\n", Content_Type='text/plain; charset=utf-8; Format="Flowed"; DelSp="YES"')).text == "今日は晴れ"

    def test_is_no_matter_of_html(self) -> None:
        assert read(mail("<pre>a \nb</pre>", Content_Type="text/html; format=flowed")).html == "<pre>a \nb</pre>"


def located(*headers: str, source: str, base: str = "", around: str = "") -> tuple[str | None, list[tuple[str | None, bool]]]:
    """Return the HTML of a mail with a picture that has these headers, and what its file is called."""
    html = part("text/html", f'<p>A</p><img src="{source}">', *([f"Content-Location: {base}"] if base else []))
    tree = multi("related", html, part("image/png", "png", *headers))
    message = built(tree.replace("\r\n\r\n", f"\r\nContent-Location: {around}\r\n\r\n", 1) if around else tree)
    return message.html, [(file.content_id, file.is_inline) for file in message.files]


class TestPicturesByLocation:
    """RFC 2557: as Content-ID binds them, by where they lay."""

    @pytest.mark.parametrize(
        ("location", "source", "base", "around"),
        [
            pytest.param("https://shop.example/a/lamp.png", "https://shop.example/a/lamp.png", "", "", id="whole"),
            pytest.param("lamp.png", "lamp.png", "", "", id="both relative"),
            pytest.param("lamp%20one.png", "lamp one.png", "", "", id="written otherwise"),
            pytest.param("https://shop.example/a.png?x=1&y=2", "https://shop.example/a.png?x=1&amp;y=2", "", "", id="as HTML writes it"),
            pytest.param("https://shop.example/a/lamp.png", "lamp.png", "https://shop.example/a/index.html", "", id="relative to the HTML"),
            pytest.param("https://shop.example/a/lamp.png", "lamp.png", "", "https://shop.example/a/index.html", id="relative to what both lie in"),
            pytest.param("lamp.png", "https://shop.example/a/lamp.png", "https://shop.example/a/", "", id="the picture is relative"),
            pytest.param("https://shop.example/\r\n a/lamp.png", "https://shop.example/a/lamp.png", "", "", id="folded"),
        ],
    )
    def test_stand_in_their_place(self, location: str, source: str, base: str, around: str) -> None:
        html, files = located(f"Content-Location: {location}", source=source, base=base, around=around)
        assert html == '<p>A</p><img src="cid:inline-1">'
        assert files == [("inline-1", True)]

    def test_keep_the_name_that_they_have(self) -> None:
        html, files = located("Content-Location: lamp.png", "Content-ID: <lamp@shop>", source="lamp.png")
        assert (html, files) == ('<p>A</p><img src="cid:lamp@shop">', [("lamp@shop", True)])

    def test_that_nothing_names_are_files(self) -> None:
        html, files = located("Content-Location: lamp.png", source="https://shop.example/plug.png")
        assert files == [(None, False)]
        assert html is not None
        assert "cid:" not in html

    def test_take_no_time_whatever_the_addresses(self) -> None:
        for body in ("src=" * 200_000, 'src="' * 200_000, "src='a" * 150_000, '<img src="http://[">' * 40_000, "<base " * 150_000):
            tree = multi("related", part("text/html", body), part("image/png", "png", "Content-Location: http://[bad"))
            began = time.process_time()
            built(tree)
            assert time.process_time() - began < 5
