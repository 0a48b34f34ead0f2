"""Pages by keyset, and cursors that nobody else made."""

import base64

import pytest

from kernel.paging import BadCursor, Page, cursor, keyset, page_of


class TestPageOf:
    def test_has_a_cursor_when_one_more_was_found(self) -> None:
        page = page_of([9, 8, 7], 2, lambda item: (item,))
        assert list(page.items) == [9, 8]
        assert keyset(page.next, 1) == (8,)

    def test_ends_without_a_cursor(self) -> None:
        assert page_of([9, 8], 2, lambda item: (item,)) == Page([9, 8], None)

    def test_of_nothing_is_empty(self) -> None:
        assert page_of([], 2, lambda item: (item,)) == Page([], None)

    def test_keeps_its_cursor_when_its_items_are_turned(self) -> None:
        assert page_of([9, 8, 7], 2, lambda item: (item,)).map(str) == Page(["9", "8"], cursor((8,)))


class TestKeyset:
    @pytest.mark.parametrize("key", [(1,), (-5, 0), ((1 << 63) - 1, 7, -(1 << 62))])
    def test_comes_back_as_it_went(self, key: tuple[int, ...]) -> None:
        assert keyset(cursor(key), len(key)) == key

    @pytest.mark.parametrize("nothing", [None, ""])
    def test_is_none_for_the_first_page(self, nothing: str | None) -> None:
        assert keyset(nothing, 2) is None

    @pytest.mark.parametrize(
        "made",
        [
            pytest.param("!!!", id="no base64"),
            pytest.param("é", id="no ascii"),
            pytest.param(base64.urlsafe_b64encode(b"nonsense").decode(), id="no json"),
            pytest.param(base64.urlsafe_b64encode(b'{"a": 1}').decode(), id="no list of numbers"),
            pytest.param(base64.urlsafe_b64encode(b'["x", "y"]').decode(), id="words"),
            pytest.param(base64.urlsafe_b64encode(b"7").decode(), id="no list"),
            pytest.param(base64.urlsafe_b64encode(b"[[1], [2]]").decode(), id="lists in a list"),
            pytest.param(cursor((1,)), id="of another list"),
            pytest.param(cursor((1, 1 << 63)), id="too large for a database"),
            pytest.param(base64.urlsafe_b64encode(b'["' + b"9" * 5_000 + b'", 1]').decode(), id="too many digits"),
        ],
    )
    def test_refuses_what_is_not_ours(self, made: str) -> None:
        with pytest.raises(BadCursor):
            keyset(made, 2)
