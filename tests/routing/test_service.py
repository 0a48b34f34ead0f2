"""Turns are kept, and each is given once."""

import asyncio
from collections import Counter

from kernel.uow import UnitOfWorkFactory
from routing import service as routing
from routing.values import Decision, RoutingRequest
from tests.support import rows


async def staffed(unit_of_work: UnitOfWorkFactory, names: tuple[str, ...] = ("Ines", "Ravi", "Noor")) -> tuple[int, tuple[int, ...], dict[int, str]]:
    """Return a new team, its members in order, and their names."""
    async with unit_of_work() as uow:
        members = tuple([await rows.agent(uow, name) for name in names])
        team_id = await rows.team(uow, *members)
    return team_id, members, dict(zip(members, names, strict=True))


async def decide(unit_of_work: UnitOfWorkFactory, *requests: RoutingRequest) -> list[Decision]:
    async with unit_of_work() as uow:
        return await routing.decide_all(uow, requests)


class TestDecideAll:
    async def test_goes_round_within_a_batch_and_over_batches(self, unit_of_work: UnitOfWorkFactory) -> None:
        team_id, members, names = await staffed(unit_of_work)
        requests = [RoutingRequest(case_id=case_id, team_id=team_id, members=members, team_name="Tier 1", names=names) for case_id in range(4)]
        first = await decide(unit_of_work, *requests)
        [second] = await decide(unit_of_work, requests[0])
        assert [names[decision.agent_id or 0] for decision in (*first, second)] == ["Ines", "Ravi", "Noor", "Ines", "Ravi"]
        assert first[0].reason == "Round robin in Tier 1: Ines begins."
        assert second.reason == "Round robin in Tier 1: Ravi is next after Ines."

    async def test_keeps_each_teams_own_turn(self, unit_of_work: UnitOfWorkFactory) -> None:
        one, two = await staffed(unit_of_work), await staffed(unit_of_work)
        decisions = await decide(
            unit_of_work, *(RoutingRequest(case_id=case_id, team_id=team[0], members=team[1]) for case_id, team in enumerate((one, two, one, two)))
        )
        assert [decision.agent_id for decision in decisions] == [one[1][0], two[1][0], one[1][1], two[1][1]]

    async def test_gives_no_turn_where_nobody_is(self, unit_of_work: UnitOfWorkFactory) -> None:
        team_id, members, _ = await staffed(unit_of_work)
        decisions = await decide(
            unit_of_work,
            RoutingRequest(case_id=1, team_id=None, members=()),
            RoutingRequest(case_id=2, team_id=team_id, members=()),
            RoutingRequest(case_id=3, team_id=team_id, members=members),
        )
        assert [decision.agent_id for decision in decisions] == [None, None, members[0]]

    async def test_of_nothing_decides_nothing(self, unit_of_work: UnitOfWorkFactory) -> None:
        assert await decide(unit_of_work) == []

    async def test_forgets_a_turn_that_was_not_committed(self, unit_of_work: UnitOfWorkFactory) -> None:
        team_id, members, _ = await staffed(unit_of_work)
        request = RoutingRequest(case_id=1, team_id=team_id, members=members)
        try:
            async with unit_of_work() as uow:
                await routing.decide_all(uow, [request])
                raise LookupError
        except LookupError:
            [decision] = await decide(unit_of_work, request)
        assert decision.agent_id == members[0]

    async def test_never_gives_a_turn_twice_when_batches_meet(self, unit_of_work: UnitOfWorkFactory) -> None:
        """Twelve batches at once, also the very first of the team: everybody gets the same share."""
        team_id, members, _ = await staffed(unit_of_work)
        request = RoutingRequest(case_id=1, team_id=team_id, members=members)
        batches = await asyncio.gather(*(decide(unit_of_work, request) for _ in range(12)))
        assert Counter(decision.agent_id for batch in batches for decision in batch) == dict.fromkeys(members, 4)
