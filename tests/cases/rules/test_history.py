"""What an activity writes down comes back as it was."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from cases.rules import history

PRECISE = datetime(2026, 3, 11, 9, 30, 0, 123456, tzinfo=UTC)


class TestWritten:
    @pytest.mark.parametrize(
        ("field", "value", "written"),
        [
            pytest.param("assignee_id", 9_007_199_254_740_993, "9007199254740993", id="an id that a browser's number cannot hold"),
            pytest.param("assignee_id", None, None, id="nobody"),
            pytest.param("snoozed_until", PRECISE, "2026-03-11T09:30:00.123456Z", id="a moment to the microsecond"),
            pytest.param("status", "open", "open", id="a word"),
            pytest.param("title", "2026", "2026", id="a title that looks like something else"),
        ],
    )
    def test_comes_back_as_it_was(self, field: str, value: object, written: object) -> None:
        assert history.written(field, value) == written
        assert history.read(field, written) == value

    def test_writes_utc(self) -> None:
        assert history.written("resolved_at", PRECISE.astimezone(timezone(timedelta(hours=5)))) == "2026-03-11T09:30:00.123456Z"


class TestDifference:
    def test_tells_only_what_changed(self) -> None:
        before = {"status": "open", "waiting_since": PRECISE, "assignee_id": 5}
        assert history.difference(before, {"status": "resolved", "waiting_since": PRECISE}) == ({"status": "open"}, {"status": "resolved"})


class TestIsStill:
    def test_compares_with_what_was_written(self) -> None:
        assert history.is_still({"assignee_id": 5, "status": "open"}, {"assignee_id": "5"})
        assert not history.is_still({"assignee_id": 6}, {"assignee_id": "5"})
