"""Agents, teams and hours, on both databases."""

import pytest

from kernel.business_time import BadHours
from kernel.errors import NotFound
from kernel.uow import UnitOfWorkFactory
from staff import service as staff
from staff.errors import AgentExists, LastAdmin, NotSignedIn, TeamExists
from staff.values import InboxAccess, Role

SHARED = InboxAccess(id=1, team_id=None, is_restricted=False)


async def agent(unit_of_work: UnitOfWorkFactory, name: str, role: Role = Role.AGENT) -> int:
    async with unit_of_work() as uow:
        return (await staff.create_agent(uow, name=name, email=f"{name}@example.com", password_hash=None, role=role)).id


async def team(unit_of_work: UnitOfWorkFactory, name: str, *members: int) -> int:
    async with unit_of_work() as uow:
        return (await staff.create_team(uow, name=name, member_ids=members)).id


class TestAgents:
    async def test_are_kept_tidy(self, unit_of_work: UnitOfWorkFactory) -> None:
        async with unit_of_work() as uow:
            made = await staff.create_agent(uow, name=" Zoe\u0308 ", email=" Zoe@Example.COM ", password_hash="x", role=Role.SUPERVISOR)
        async with unit_of_work.reading() as uow:
            [kept] = await staff.agents(uow)
            assert (kept.id, kept.name, kept.email, kept.role, kept.is_active) == (made.id, "Zoë", "zoe@example.com", "supervisor", True)
            assert await staff.names_of(uow, [made.id, 7]) == {made.id: "Zoë"}
            assert await staff.names_of(uow, []) == {}
            assert (await staff.get_agent(uow, made.id)).name == "Zoë"
            with pytest.raises(NotFound):
                await staff.get_agent(uow, 7)

    async def test_share_no_address(self, unit_of_work: UnitOfWorkFactory) -> None:
        first = await agent(unit_of_work, "ines")
        with pytest.raises(AgentExists):
            await agent(unit_of_work, "INES")
        async with unit_of_work.reading() as uow:
            assert [row.id for row in await staff.agents(uow)] == [first]

    async def test_leave_the_rest_of_the_work_standing_when_refused(self, unit_of_work: UnitOfWorkFactory) -> None:
        await agent(unit_of_work, "ines")
        async with unit_of_work() as uow:
            await staff.create_agent(uow, name="Tom", email="tom@example.com", password_hash=None)
            with pytest.raises(AgentExists):
                await staff.create_agent(uow, name="Ines", email="ines@example.com", password_hash=None)
        async with unit_of_work.reading() as uow:
            assert [row.name for row in await staff.agents(uow)] == ["ines", "Tom"]

    async def test_change_what_is_given(self, unit_of_work: UnitOfWorkFactory) -> None:
        agent_id = await agent(unit_of_work, "ines")
        async with unit_of_work() as uow:
            await staff.change_agent(uow, agent_id, name="Inês")
            changed = await staff.change_agent(uow, agent_id, role=Role.SUPERVISOR)
        assert (changed.name, changed.role, changed.is_active) == ("Inês", "supervisor", True)

    @pytest.mark.parametrize("step", [{"role": Role.AGENT}, {"is_active": False}])
    async def test_keep_an_admin(self, unit_of_work: UnitOfWorkFactory, step: dict[str, Role | bool]) -> None:
        first = await agent(unit_of_work, "ines", Role.ADMIN)
        await agent(unit_of_work, "tom")
        with pytest.raises(LastAdmin):
            async with unit_of_work() as uow:
                await staff.change_agent(uow, first, **step)  # type: ignore[arg-type]
        await agent(unit_of_work, "zoe", Role.ADMIN)
        async with unit_of_work() as uow:
            await staff.change_agent(uow, first, **step)  # type: ignore[arg-type]


class TestTeams:
    async def test_know_their_active_members(self, unit_of_work: UnitOfWorkFactory) -> None:
        ines, tom, zoe = [await agent(unit_of_work, name) for name in ("ines", "tom", "zoe")]
        first, second = await team(unit_of_work, "Support", zoe, ines, tom, ines), await team(unit_of_work, "Billing", zoe)
        async with unit_of_work() as uow:
            await staff.change_agent(uow, tom, is_active=False)
        async with unit_of_work.reading() as uow:
            assert {key: [row.id for row in rows] for key, rows in (await staff.members_of(uow, [first, second, 7])).items()} == {
                first: [ines, zoe],
                second: [zoe],
            }
            assert await staff.teams_of(uow, [ines, zoe]) == {ines: [first], zoe: [first, second]}
            assert [row.name for row in await staff.teams(uow)] == ["Billing", "Support"]
            assert await staff.members_of(uow, []) == {}

    async def test_change_what_is_given(self, unit_of_work: UnitOfWorkFactory) -> None:
        ines, tom = [await agent(unit_of_work, name) for name in ("ines", "tom")]
        team_id = await team(unit_of_work, "Support", ines)
        async with unit_of_work() as uow:
            await staff.change_team(uow, team_id, name="Support")
            await staff.change_team(uow, team_id, name="Help")
            await staff.change_team(uow, team_id, member_ids=[tom])
        async with unit_of_work.reading() as uow:
            assert (await staff.get_team(uow, team_id)).name == "Help"
            assert [row.id for row in (await staff.members_of(uow, [team_id]))[team_id]] == [tom]

    async def test_share_no_name_and_take_no_strangers(self, unit_of_work: UnitOfWorkFactory) -> None:
        await team(unit_of_work, "Support")
        other = await team(unit_of_work, "Billing")
        with pytest.raises(TeamExists):
            await team(unit_of_work, " Support ")
        async with unit_of_work() as uow:
            with pytest.raises(TeamExists):
                await staff.change_team(uow, other, name="Support")
            for refused in (staff.change_team(uow, other, member_ids=[7]), staff.get_team(uow, 7), staff.create_team(uow, name="New", business_hours_id=7)):
                with pytest.raises(NotFound):
                    await refused


class TestViewer:
    async def test_is_limited_to_what_its_teams_may_see(self, unit_of_work: UnitOfWorkFactory) -> None:
        ines = await agent(unit_of_work, "ines")
        team_id = await team(unit_of_work, "Support", ines)
        inboxes = [SHARED, InboxAccess(id=2, team_id=team_id, is_restricted=True), InboxAccess(id=3, team_id=7, is_restricted=True)]
        async with unit_of_work.reading() as uow:
            viewer = await staff.viewer(uow, ines, inboxes)
        assert (viewer.agent_id, viewer.name, viewer.role, viewer.team_ids, viewer.inbox_ids) == (
            ines,
            "ines",
            Role.AGENT,
            frozenset({team_id}),
            frozenset({1, 2}),
        )

    async def test_is_nobody_who_has_left(self, unit_of_work: UnitOfWorkFactory) -> None:
        ines = await agent(unit_of_work, "ines")
        async with unit_of_work() as uow:
            await staff.change_agent(uow, ines, is_active=False)
            for agent_id in (ines, 7):
                with pytest.raises(NotSignedIn):
                    await staff.viewer(uow, agent_id, [SHARED])


class TestHours:
    async def test_are_kept_when_they_mean_something(self, unit_of_work: UnitOfWorkFactory) -> None:
        async with unit_of_work() as uow:
            made = await staff.create_hours(uow, name="Office", time_zone="Europe/Berlin", spans=[[0, "09:00", "17:30"]], holidays=["2026-12-25"])
            team_id = (await staff.create_team(uow, name="Support", business_hours_id=made.id)).id
        async with unit_of_work.reading() as uow:
            kept = await staff.get_hours(uow, made.id)
            assert (kept.time_zone, kept.spans, kept.holidays) == ("Europe/Berlin", [[0, "09:00", "17:30"]], ["2026-12-25"])
            assert (await staff.get_team(uow, team_id)).business_hours_id == made.id
            with pytest.raises(NotFound):
                await staff.get_hours(uow, 7)

    async def test_are_refused_when_they_do_not(self, unit_of_work: UnitOfWorkFactory) -> None:
        async with unit_of_work() as uow:
            with pytest.raises(BadHours):
                await staff.create_hours(uow, name="Never", time_zone="UTC", spans=[])
