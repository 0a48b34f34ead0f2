"""The rows of the scheduler."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import ID, Base, Id

_WAITING = text("state = 'waiting'")


class FollowUp(Base):
    """Something to do later about a case."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        Index("ix_follow_ups_due", "due_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_follow_ups_case", "case_id", "state"),
    )

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ID, ForeignKey("cases.id"))
    kind: Mapped[str] = mapped_column(String(20))
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20))
    set_by: Mapped[int | None] = mapped_column(ID, ForeignKey("agents.id"))
    set_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None] = mapped_column(String(200))
