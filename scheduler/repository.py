"""All SQL of the scheduler."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from scheduler.models import IS_WAITING, FollowUp
from scheduler.values import Claimed, FollowUpKind, FollowUpState

# Rows are changed past the session: nobody holds them as objects.
_AS_IT_IS: dict[str, bool] = {"synchronize_session": False}


class FollowUpRepository:
    """Follow-ups, waiting and past."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, follow_up_id: int, case_id: int, kind: FollowUpKind, due_at: datetime, set_by: int | None, set_at: datetime) -> None:
        """Write one that waits."""
        await self._session.execute(
            insert(FollowUp).values(
                id=follow_up_id, case_id=case_id, kind=kind, due_at=due_at, state=FollowUpState.WAITING, set_by=set_by, set_at=set_at, attempts=0
            )
        )

    async def cancel(self, case_ids: Sequence[int], reason: str, at: datetime, kind: FollowUpKind | None = None) -> int:
        """Cancel what waits for cases (of one kind, or of any) and return how many; what is being carried out at this moment is left to whoever does."""
        waiting = select(FollowUp.id).where(FollowUp.case_id.in_(case_ids), IS_WAITING)
        if kind is not None:
            waiting = waiting.where(FollowUp.kind == kind)
        # Waiting for a claimed row here, with the case in hand, while its claimer waits for the case, would be a deadlock.
        ids = (await self._session.scalars(waiting.with_for_update(skip_locked=True))).all()
        if ids:
            await self._session.execute(
                update(FollowUp).where(FollowUp.id.in_(ids)).values(state=FollowUpState.CANCELLED, ended_at=at, cancel_reason=reason[:200]),
                execution_options=_AS_IT_IS,
            )
        return len(ids)

    async def claim_due(self, now: datetime, limit: int, follow_up_id: int | None = None) -> list[Claimed]:
        """Mark what is due as done and return it, the longest due first; no row is given to two processes."""
        due = select(FollowUp.id).where(IS_WAITING, FollowUp.due_at <= now).order_by(FollowUp.due_at).limit(limit).with_for_update(skip_locked=True)
        if follow_up_id is not None:
            due = due.where(FollowUp.id == follow_up_id)
        found = await self._session.execute(
            update(FollowUp)
            .where(FollowUp.id.in_(due.scalar_subquery()))
            .values(state=FollowUpState.DONE, ended_at=now)
            .returning(FollowUp.id, FollowUp.case_id, FollowUp.kind, FollowUp.due_at),
            execution_options=_AS_IT_IS,
        )
        claimed = [Claimed(follow_up_id=row.id, case_id=row.case_id, kind=FollowUpKind(row.kind), due_at=row.due_at) for row in found]
        return sorted(claimed, key=lambda one: (one.due_at, one.follow_up_id))

    async def attempts(self, follow_up_id: int) -> int | None:
        """Return how often a waiting one has failed, or None when it does not wait any more; it is held."""
        return await self._session.scalar(select(FollowUp.attempts).where(FollowUp.id == follow_up_id, IS_WAITING).with_for_update())

    async def postpone(self, follow_up_id: int, due_at: datetime, attempts: int) -> None:
        """Let one wait longer after it failed."""
        await self._session.execute(update(FollowUp).where(FollowUp.id == follow_up_id).values(due_at=due_at, attempts=attempts), execution_options=_AS_IT_IS)

    async def next_due_at(self) -> datetime | None:
        """Return when the next one is due, or None when none waits."""
        return await self._session.scalar(select(func.min(FollowUp.due_at)).where(IS_WAITING))
