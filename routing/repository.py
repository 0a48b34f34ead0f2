"""All SQL of routing."""

from collections.abc import Mapping, Sequence
from typing import cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.bulk import BulkWrite
from routing.models import RoutingTurn

_TURNS = cast(Table, RoutingTurn.__table__)
_HELD = select(_TURNS.c.team_id, _TURNS.c.last_agent_id).order_by(_TURNS.c.team_id).with_for_update()
_TAKE = BulkWrite(update(_TURNS).where(_TURNS.c.team_id == bindparam("team")).values(last_agent_id=bindparam("agent_id")))


class TurnRepository:
    """Whose turn it was last, team by team."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def held(self, team_ids: Sequence[int]) -> dict[int, int]:
        """Return who had each team's last turn and hold the rows, so that another process waits for what is decided here; a team without a turn is left out."""
        found = await self._session.execute(_HELD.where(_TURNS.c.team_id.in_(team_ids)))
        return {row.team_id: row.last_agent_id for row in found}

    async def begin(self, turns: Mapping[int, int]) -> set[int]:
        """Write the first turns of teams and return which they were; those that another process began meanwhile are left alone."""
        rows = [{"team_id": team_id, "last_agent_id": agent_id} for team_id, agent_id in sorted(turns.items())]
        # The two dialects say the same words; only their constructs have no common name.
        upsert = sqlite.insert(_TURNS) if self._session.get_bind().dialect.name == "sqlite" else postgresql.insert(_TURNS)
        insert = cast(postgresql.Insert, upsert).values(rows).on_conflict_do_nothing().returning(_TURNS.c.team_id)
        return set(await self._session.scalars(insert))

    async def take(self, turns: Mapping[int, int]) -> None:
        """Note who had each team's last turn; the rows are held."""
        await _TAKE.write(self._session, [{"team": team_id, "agent_id": agent_id} for team_id, agent_id in turns.items()])
