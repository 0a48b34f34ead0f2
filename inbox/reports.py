"""The supervisor's first page: what is at hand now, and how long things took in a period, by team (UX.md, "Metric definitions")."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cases import service as cases
from cases.rules.metrics import figures
from cases.values import Figures, FirstResponse, Load, Resolution
from kernel.uow import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamFigures:
    """One team's figures, or those of cases without a team (None)."""

    team_id: int | None
    open: int
    unassigned: int
    first_response: Figures
    resolution: Figures
    working_resolution: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Figures of a period, by team and of all together; `open` and `unassigned` are of now, and snoozed cases are not open."""

    start: datetime
    end: datetime
    updated_at: datetime
    teams: list[TeamFigures]
    all: TeamFigures


async def overview(uow: UnitOfWork, *, start: datetime, end: datetime, team_id: int | None, inbox_ids: frozenset[int] | None) -> Overview:
    """Return what happened from `start` on and before `end`; an event counts in the period in which it ends.

    First response runs to the first human public reply, resolution from the first message to the last resolve in the period, working resolution
    is the part of that in which the case waited on us. A team is listed when it has a figure; None for `team_id` or `inbox_ids` means all.
    """
    loads = await cases.loads(uow, team_id, inbox_ids)
    answered = await cases.first_responses(uow, start, end, team_id, inbox_ids)
    resolved = await cases.resolutions(uow, start, end, team_id, inbox_ids)
    teams = {load.team_id for load in loads} | {response.team_id for response in answered} | {resolution.team_id for resolution in resolved}
    return Overview(
        start=start,
        end=end,
        updated_at=uow.clock.now(),
        teams=[
            _figures(
                one,
                (load for load in loads if load.team_id == one),
                (response for response in answered if response.team_id == one),
                [resolution for resolution in resolved if resolution.team_id == one],
            )
            # Cases without a team come last.
            for one in sorted(teams, key=lambda one: (one is None, one or 0))
        ],
        all=_figures(None, loads, answered, resolved),
    )


def _figures(team_id: int | None, loads: Iterable[Load], answered: Iterable[FirstResponse], resolved: list[Resolution]) -> TeamFigures:
    at_hand = list(loads)
    return TeamFigures(
        team_id=team_id,
        open=sum(load.open for load in at_hand),
        unassigned=sum(load.unassigned for load in at_hand),
        first_response=figures(response.took for response in answered),
        resolution=figures(resolution.took for resolution in resolved),
        working_resolution=figures(resolution.worked for resolution in resolved),
    )
