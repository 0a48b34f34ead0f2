"""Text made comparable and short."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.text import clean, fold, preview


class TestFold:
    @pytest.mark.parametrize(
        ("text", "folded"),
        [
            pytest.param("Straße", "strasse", id="sharp s"),
            pytest.param("Ærøskøbing  Café", "ærøskøbing cafe", id="marks that can be parted from their letter"),
            pytest.param("ÅNGSTRÖM", "angstrom", id="capitals"),
            pytest.param("\ttwo\n words ", "two words", id="white space"),
            pytest.param("ﬁx", "fix", id="a ligature"),
            pytest.param("№ ᴬ ℡", "no a tel", id="capitals inside of signs"),
            pytest.param("İstanbul", "istanbul", id="a dotted capital i"),
        ],
    )
    def test_is_how_text_is_searched(self, text: str, folded: str) -> None:
        assert fold(text) == folded

    @given(st.text())
    def test_folds_what_is_folded_no_further(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)


class TestPreview:
    def test_is_one_line(self) -> None:
        assert preview("Hello,\n\nmy  order\thas not come.") == "Hello, my order has not come."

    def test_is_cut_at_a_word(self) -> None:
        assert preview("one two three four", 12) == "one two…"

    def test_is_cut_within_a_word_that_has_no_end(self) -> None:
        assert preview("x" * 50, 12) == "x" * 11 + "…"

    @given(st.text(max_size=400))
    def test_is_never_longer_than_asked(self, text: str) -> None:
        assert len(preview(text, 40)) <= 40


class TestClean:
    def test_leaves_tabs_and_line_ends(self) -> None:
        assert clean("a\tb\nc\r\n") == "a\tb\nc\r\n"

    def test_takes_out_what_a_database_refuses(self) -> None:
        assert clean("a\0b\x07c\x7f") == "abc"

    def test_replaces_half_of_a_pair(self) -> None:
        assert clean("a\ud83db") == "a?b"
