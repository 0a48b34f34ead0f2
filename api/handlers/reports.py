"""The supervisor's first page."""

from datetime import datetime, timedelta

from pydantic import Field

from api.errors import InvalidRequest
from api.route import Call, Routes
from api.schemas.common import GivenId, GivenMoment, Named, Query
from api.schemas.desk import FiguresShape, OverviewShape, SpreadShape, TeamFiguresShape
from cases.values import Figures
from inbox import reports
from inbox.reports import TeamFigures
from staff import service as staff
from staff.values import Role

routes = Routes("reports")

_LONGEST = timedelta(days=800)
_USUAL = timedelta(days=28)


class OverviewQuery(Query):
    """Which period, and whose; the last four weeks of all teams when nothing is said."""

    from_: GivenMoment | None = Field(None, alias="from")
    to: GivenMoment | None = None
    team_id: GivenId | None = None


@routes.route("GET", "/api/v1/reports/overview", answers={200: OverviewShape}, who=Role.SUPERVISOR)
async def overview(call: Call, query: OverviewQuery) -> OverviewShape:
    """Return what is open and unassigned now, and median and 90th percentile of response and resolution in a period, in seconds."""
    start, end = _period(query, call.house.clock.now())
    async with call.house.factory.reading() as uow:
        found = await reports.overview(uow, start=start, end=end, team_id=query.team_id, inbox_ids=call.viewer.inbox_ids)
        names = {team.id: team.name for team in await staff.teams(uow)}
    return OverviewShape(
        from_=found.start,
        to=found.end,
        updated_at=found.updated_at,
        teams=[TeamFiguresShape.model_validate({**_figures(one), "team": _named(one.team_id, names)}) for one in found.teams],
        all=FiguresShape.model_validate(_figures(found.all)),
    )


def _period(query: OverviewQuery, now: datetime) -> tuple[datetime, datetime]:
    end = query.to or now
    start = query.from_ or end - _USUAL
    if not timedelta(0) < end - start <= _LONGEST:
        raise InvalidRequest([("from", f"must be before `to`, by at most {_LONGEST.days} days")])
    return start, end


def _named(team_id: int | None, names: dict[int, str]) -> Named | None:
    return None if team_id is None else Named(id=team_id, name=names.get(team_id, "A team that is gone"))


def _figures(one: TeamFigures) -> dict[str, object]:
    return {
        "open": one.open,
        "unassigned": one.unassigned,
        "first_response": _spread(one.first_response),
        "resolution": _spread(one.resolution),
        "working_resolution": _spread(one.working_resolution),
    }


def _spread(figures: Figures) -> SpreadShape:
    return SpreadShape(
        median=None if figures.median is None else figures.median.total_seconds(),
        p90=None if figures.p90 is None else figures.p90.total_seconds(),
        n=figures.n,
    )
