"""Whose turn it is."""

import pytest

from routing.rules import decide, next_in_turn
from routing.values import Decision, RoutingRequest

REQUEST = RoutingRequest(case_id=9, team_id=5, members=(1, 2, 3), team_name="Tier 1", names={1: "Ines", 2: "Ravi", 3: "Noor"})


class TestNextInTurn:
    @pytest.mark.parametrize(
        ("members", "last", "expected"),
        [
            pytest.param((1, 2, 3), None, 1, id="nobody yet"),
            pytest.param((1, 2, 3), 1, 2, id="the next one"),
            pytest.param((1, 2, 3), 3, 1, id="round again"),
            pytest.param((3, 1, 2), 3, 1, id="in the team's order, not by number"),
            pytest.param((1, 3), 2, 1, id="the last one has left"),
            pytest.param((1,), 1, 1, id="only one"),
            pytest.param((), 1, None, id="nobody"),
        ],
    )
    def test_goes_round(self, members: tuple[int, ...], last: int | None, expected: int | None) -> None:
        assert next_in_turn(members, last) == expected


class TestDecide:
    @pytest.mark.parametrize(
        ("last", "agent_id", "reason"),
        [
            pytest.param(None, 1, "Round robin in Tier 1: Ines begins.", id="first"),
            pytest.param(2, 3, "Round robin in Tier 1: Noor is next after Ravi.", id="next"),
            pytest.param(77, 1, "Round robin in Tier 1: Ines is next after a former member.", id="after somebody who left"),
        ],
    )
    def test_says_why(self, last: int | None, agent_id: int, reason: str) -> None:
        assert decide(REQUEST, last) == Decision(case_id=9, agent_id=agent_id, reason=reason)

    @pytest.mark.parametrize(
        ("request_", "decision"),
        [
            pytest.param(
                RoutingRequest(case_id=9, team_id=None, members=()),
                Decision(case_id=9, agent_id=None, reason="Nobody: the inbox has no team."),
                id="no team",
            ),
            pytest.param(
                RoutingRequest(case_id=9, team_id=5, members=(), team_name="Tier 1"),
                Decision(case_id=9, agent_id=None, reason="Nobody: Tier 1 has no active agent."),
                id="an empty team",
            ),
            pytest.param(
                RoutingRequest(case_id=9, team_id=5, members=(4,)),
                Decision(case_id=9, agent_id=4, reason="Round robin in the team: agent 4 is the only active agent."),
                id="one agent, and no names",
            ),
        ],
    )
    def test_says_why_not_or_why_only(self, request_: RoutingRequest, decision: Decision) -> None:
        assert decide(request_, None) == decision
