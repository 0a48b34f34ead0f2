"""The rows of the scheduler."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import ID, Base, Id

# Both databases use a partial index only when the query says the same words with literal values.
IS_WAITING = text("state = 'waiting'")


class FollowUp(Base):
    """Something to do later about a case; `attempts` counts how often carrying it out has failed."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        Index("ix_follow_ups_due", "due_at", sqlite_where=IS_WAITING, postgresql_where=IS_WAITING),
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
    attempts: Mapped[int] = mapped_column(default=0)
