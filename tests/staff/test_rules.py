"""What staff decides, by table."""

from datetime import UTC, datetime, timedelta

import pytest

from staff import rules
from staff.errors import NoName
from staff.values import Attempts, InboxAccess, Role

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OPEN = InboxAccess(id=1, team_id=None, is_restricted=False)
TEAMS = InboxAccess(id=2, team_id=10, is_restricted=False)
OURS = InboxAccess(id=3, team_id=10, is_restricted=True)
THEIRS = InboxAccess(id=4, team_id=11, is_restricted=True)
NOBODYS = InboxAccess(id=5, team_id=None, is_restricted=True)


class TestVisibleInboxes:
    @pytest.mark.parametrize(
        ("role", "teams", "expected"),
        [
            pytest.param(Role.ADMIN, (), None, id="an admin sees all"),
            pytest.param(Role.SUPERVISOR, (), None, id="so does a supervisor"),
            pytest.param(Role.AGENT, (), {1, 2}, id="an agent without a team"),
            pytest.param(Role.AGENT, (10,), {1, 2, 3}, id="an agent of the team"),
            pytest.param(Role.AGENT, (10, 11), {1, 2, 3, 4}, id="of both; what is restricted to nobody stays shut"),
        ],
    )
    def test_limits_agents(self, role: Role, teams: tuple[int, ...], expected: set[int] | None) -> None:
        assert rules.visible_inboxes(role, teams, [OPEN, TEAMS, OURS, THEIRS, NOBODYS]) == expected


def failed(times: int, *, apart: timedelta = timedelta(0), limit: int = 5) -> tuple[Attempts, datetime]:
    """So many failures, each tried as soon as it was allowed and some time later still."""
    state, now = None, NOW
    for _ in range(times):
        now += rules.wait_of(state, now) + apart
        state = rules.after_failure(state, now, limit)
    assert state is not None
    return state, now


class TestThrottle:
    @pytest.mark.parametrize(("times", "minutes"), [(1, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 16), (10, 32), (11, 60), (40, 60)])
    def test_doubles_from_the_fifth_failure_up_to_an_hour(self, times: int, minutes: int) -> None:
        state, now = failed(times)
        assert rules.wait_of(state, now) == minutes * MINUTE

    def test_is_over_when_the_wait_is(self) -> None:
        state, now = failed(5)
        assert rules.wait_of(state, now + 59 * timedelta(seconds=1)) == timedelta(seconds=1)
        assert rules.wait_of(state, now + MINUTE) == timedelta(0)
        assert rules.wait_of(None, now) == timedelta(0)

    def test_forgets_what_is_a_quarter_of_an_hour_old(self) -> None:
        state, _ = failed(20, apart=15 * MINUTE + timedelta(seconds=1))
        assert state.failures == 1

    def test_takes_back_what_turned_out_well(self) -> None:
        state, now = failed(20, limit=20)
        forgiven = rules.after_success(state, 20)
        assert forgiven is not None
        assert (forgiven.failures, rules.wait_of(forgiven, now)) == (19, timedelta(0))
        assert rules.after_success(failed(1)[0], 20) is None

    def test_counts_a_subscriber_as_one(self) -> None:
        assert rules.address_key("2001:db8::1") == rules.address_key("2001:db8::ffff") != rules.address_key("2001:db8:0:1::1")
        assert len({rules.address_key(address) for address in ("192.0.2.1", "192.0.2.2", "unknown")}) == 3
        assert rules.account_key(" Ines@Example.com") == rules.account_key("ines@example.com") != rules.address_key("ines@example.com")


class TestNames:
    def test_are_kept_on_one_line(self) -> None:
        assert rules.written_name("  Zoe\u0308 \n Łuk ") == "Zoë Łuk"
        assert len(rules.written_name("x" * 500)) == 200

    @pytest.mark.parametrize("name", ["", " \n", "\x00"])
    def test_need_a_character(self, name: str) -> None:
        with pytest.raises(NoName):
            rules.written_name(name)
