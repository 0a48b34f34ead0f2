"""Tags and titles."""

import pytest

from cases.errors import BadTag, BadTitle, TooManyTags
from cases.rules import wording


class TestTag:
    @pytest.mark.parametrize(("typed", "kept"), [(" Refund ", "refund"), ("VIP  customer", "vip customer"), ("ÄRGER", "ärger"), ("a\x00b", "ab")])
    def test_folds(self, typed: str, kept: str) -> None:
        assert wording.tag(typed) == kept

    @pytest.mark.parametrize("typed", ["", "  ", "\x00", "x" * 61])
    def test_refuses(self, typed: str) -> None:
        with pytest.raises(BadTag):
            wording.tag(typed)


class TestRetagged:
    def test_adds_and_removes_each_once(self) -> None:
        assert wording.retagged(["old", "vip"], ["New", "new", "vip"], ["OLD", "never there"]) == ["new", "vip"]

    def test_refuses_more_than_anybody_reads(self) -> None:
        with pytest.raises(TooManyTags):
            wording.retagged([f"tag {n}" for n in range(30)], ["one more"], [])

    def test_allows_as_many_when_one_goes(self) -> None:
        assert len(wording.retagged([f"tag {n}" for n in range(30)], ["one more"], ["tag 0"])) == 30


class TestTitle:
    def test_stands_on_one_line(self) -> None:
        assert wording.title(" Parcel\n never  came ") == "Parcel never came"

    @pytest.mark.parametrize("typed", ["", "\n", "x" * 401])
    def test_refuses(self, typed: str) -> None:
        with pytest.raises(BadTitle):
            wording.title(typed)
