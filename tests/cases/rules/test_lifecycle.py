"""Where a status leads."""

from datetime import UTC, datetime, timedelta

import pytest

from cases.errors import IllegalTransition
from cases.rules import lifecycle
from cases.values import CaseStatus, Standing

NEW, OPEN, PENDING, ON_HOLD, SNOOZED, RESOLVED, CLOSED = CaseStatus
AT = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
EARLIER = AT - timedelta(hours=1)
LATER = AT + timedelta(hours=1)


class TestMove:
    @pytest.mark.parametrize(
        ("current", "wanted"),
        [
            pytest.param(NEW, RESOLVED, id="new to resolved, answered at once"),
            pytest.param(OPEN, PENDING, id="open to pending"),
            pytest.param(PENDING, OPEN, id="and back"),
            pytest.param(SNOOZED, SNOOZED, id="snoozed again, for another while"),
            pytest.param(RESOLVED, OPEN, id="reopened"),
            pytest.param(RESOLVED, PENDING, id="answered once more after it was resolved"),
            pytest.param(RESOLVED, CLOSED, id="resolved to closed"),
        ],
    )
    def test_allows(self, current: CaseStatus, wanted: CaseStatus) -> None:
        assert lifecycle.move(current, wanted) is wanted

    @pytest.mark.parametrize(
        ("current", "wanted"),
        [
            *(pytest.param(CLOSED, wanted, id=f"closed to {wanted}") for wanted in CaseStatus),
            *(pytest.param(current, NEW, id=f"{current} to new") for current in CaseStatus),
            pytest.param(OPEN, OPEN, id="to where it is"),
            pytest.param(RESOLVED, SNOOZED, id="snoozing what has ended"),
            pytest.param(RESOLVED, ON_HOLD, id="resolved to on hold"),
        ],
    )
    def test_refuses(self, current: CaseStatus, wanted: CaseStatus) -> None:
        with pytest.raises(IllegalTransition) as refused:
            lifecycle.move(current, wanted)
        assert refused.value.details == {"current": current, "wanted": wanted}

    def test_offers_what_it_allows_but_for_snoozing(self) -> None:
        assert lifecycle.choices(OPEN) == (PENDING, ON_HOLD, RESOLVED, CLOSED)
        assert lifecycle.choices(CLOSED) == ()


class TestMoved:
    @pytest.mark.parametrize(
        ("before", "wanted", "after"),
        [
            pytest.param(
                Standing(status=OPEN, waiting_since=EARLIER), ON_HOLD, Standing(status=ON_HOLD, waiting_since=EARLIER), id="on hold the customer still waits"
            ),
            pytest.param(Standing(status=OPEN, waiting_since=EARLIER), PENDING, Standing(status=PENDING), id="pending, it is we who wait"),
            pytest.param(Standing(status=OPEN, waiting_since=EARLIER), RESOLVED, Standing(status=RESOLVED, resolved_at=AT), id="resolved now"),
            pytest.param(
                Standing(status=RESOLVED, resolved_at=EARLIER), CLOSED, Standing(status=CLOSED, resolved_at=EARLIER), id="closed keeps when it was resolved"
            ),
            pytest.param(Standing(status=RESOLVED, resolved_at=EARLIER), OPEN, Standing(status=OPEN), id="reopened, it was not resolved"),
            pytest.param(
                Standing(status=SNOOZED, snoozed_until=LATER, waiting_since=EARLIER),
                OPEN,
                Standing(status=OPEN, waiting_since=EARLIER),
                id="out of a snooze nothing is left of it",
            ),
        ],
    )
    def test_takes_the_moments_along(self, before: Standing, wanted: CaseStatus, after: Standing) -> None:
        assert lifecycle.moved(before, wanted, AT) == after

    def test_snoozes_until_a_moment(self) -> None:
        after = lifecycle.moved(Standing(status=NEW, waiting_since=EARLIER), SNOOZED, AT, until=LATER)
        assert after == Standing(status=SNOOZED, snoozed_until=LATER, waiting_since=EARLIER)


class TestHeard:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            pytest.param(Standing(status=NEW, waiting_since=EARLIER), Standing(status=NEW, waiting_since=EARLIER), id="new stays new, waiting since the first"),
            pytest.param(Standing(status=OPEN), Standing(status=OPEN, waiting_since=AT), id="answered, and now waiting again"),
            pytest.param(Standing(status=PENDING), Standing(status=OPEN, waiting_since=AT), id="what we waited for has come"),
            pytest.param(
                Standing(status=ON_HOLD, waiting_since=EARLIER), Standing(status=OPEN, waiting_since=EARLIER), id="on hold is open again, waiting since before"
            ),
            pytest.param(Standing(status=SNOOZED, snoozed_until=LATER), Standing(status=OPEN, waiting_since=AT), id="woken"),
            pytest.param(Standing(status=RESOLVED, resolved_at=EARLIER), Standing(status=OPEN, waiting_since=AT), id="reopened"),
        ],
    )
    def test_brings_it_back_to_work(self, before: Standing, after: Standing) -> None:
        assert lifecycle.heard(before, AT) == after


class TestWoken:
    def test_is_open_again(self) -> None:
        assert lifecycle.woken(Standing(status=SNOOZED, snoozed_until=LATER, waiting_since=EARLIER)) == Standing(status=OPEN, waiting_since=EARLIER)

    def test_refuses_what_is_not_snoozed(self) -> None:
        with pytest.raises(IllegalTransition):
            lifecycle.woken(Standing(status=OPEN))
