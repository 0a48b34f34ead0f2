"""The rows of cases."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import ID, Base, Id

# Both databases use a partial index only when the query says the same words with literal values, so the lists say these.
IS_ACTIVE = text("status IN ('new', 'open', 'pending', 'on_hold')")
IS_WAITING = text("waiting_since IS NOT NULL")


class Case(Base):
    """One need of one customer. `customer_id` is the leaf it began with; `last_message_id` orders the lists, since ids sort by time."""

    __tablename__ = "cases"
    __table_args__ = (
        # Every list is a merge of short ranges, one for each inbox that may be seen (`repository/pages.py`), so each index begins with the inbox:
        # whoever sees few inboxes never walks past the cases of others.
        Index("ix_cases_standing", "inbox_id", "status", "last_message_id"),
        Index("ix_cases_active_assignee", "inbox_id", "assignee_id", "last_message_id", sqlite_where=IS_ACTIVE, postgresql_where=IS_ACTIVE),
        Index("ix_cases_active_team", "inbox_id", "team_id", "last_message_id", sqlite_where=IS_ACTIVE, postgresql_where=IS_ACTIVE),
        # What lists by waiting are narrowed by comes along, so that no row is fetched only to be left out.
        Index("ix_cases_waiting", "inbox_id", "waiting_since", "id", "assignee_id", "team_id", "status", sqlite_where=IS_WAITING, postgresql_where=IS_WAITING),
    )

    id: Mapped[Id]
    number: Mapped[int] = mapped_column(ID, unique=True)
    customer_id: Mapped[int] = mapped_column(ID, ForeignKey("customers.id"), index=True)
    inbox_id: Mapped[int] = mapped_column(ID, ForeignKey("inboxes.id"))
    title: Mapped[str] = mapped_column(String(400))
    status: Mapped[str] = mapped_column(String(20))
    priority: Mapped[str] = mapped_column(String(20))
    assignee_id: Mapped[int | None] = mapped_column(ID, ForeignKey("agents.id"))
    team_id: Mapped[int | None] = mapped_column(ID, ForeignKey("teams.id"))
    opened_at: Mapped[datetime]
    opened_reason: Mapped[str] = mapped_column(Text)
    assigned_reason: Mapped[str | None] = mapped_column(Text)
    first_response_at: Mapped[datetime | None] = mapped_column(index=True)
    first_response_id: Mapped[int | None] = mapped_column(ID)
    resolved_at: Mapped[datetime | None] = mapped_column(index=True)
    waiting_since: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    last_message_id: Mapped[int] = mapped_column(ID)
    last_inbound_id: Mapped[int | None] = mapped_column(ID)
    linked_case_id: Mapped[int | None] = mapped_column(ID, ForeignKey("cases.id"))
    updated_at: Mapped[datetime]


class CaseCount(Base):
    """How many cases count alike, kept by triggers of the database in the transaction that changes a case; the sum over slots is exact at any moment.

    Where there is nobody, no team or no day (days are counted for what has ended only) stands 0. On PostgreSQL each transaction adds in a slot of its own.
    """

    __tablename__ = "case_counts"
    __table_args__ = ({"sqlite_with_rowid": False},)

    family: Mapped[str] = mapped_column(String(10), primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    inbox_id: Mapped[int] = mapped_column(ID, primary_key=True, autoincrement=False)
    team_id: Mapped[int] = mapped_column(ID, primary_key=True, autoincrement=False)
    assignee_id: Mapped[int] = mapped_column(ID, primary_key=True, autoincrement=False)
    slot: Mapped[int] = mapped_column(ID, primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(ID)


class CaseTag(Base):
    """A tag on a case."""

    __tablename__ = "case_tags"
    __table_args__ = (Index("ix_case_tags_tag", "tag", "case_id"),)

    case_id: Mapped[int] = mapped_column(ID, ForeignKey("cases.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(60), primary_key=True)


class CaseSeen(Base):
    """How far an agent has read a case."""

    __tablename__ = "case_seen"

    agent_id: Mapped[int] = mapped_column(ID, ForeignKey("agents.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ID, ForeignKey("cases.id"), primary_key=True)
    message_id: Mapped[int] = mapped_column(ID)


class ActivityRow(Base):
    """A line of a case's history, append-only: who did what, what was before, what after, and why."""

    __tablename__ = "activities"
    __table_args__ = (Index("ix_activities_case", "case_id", "id"), Index("ix_activities_customer", "customer_id", "id"))

    id: Mapped[Id]
    case_id: Mapped[int | None] = mapped_column(ID, ForeignKey("cases.id"))
    customer_id: Mapped[int] = mapped_column(ID, ForeignKey("customers.id"))
    actor_id: Mapped[int | None] = mapped_column(ID, ForeignKey("agents.id"))
    verb: Mapped[str] = mapped_column(String(20))
    before: Mapped[dict[str, object]]
    after: Mapped[dict[str, object]]
    reason: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime]


class CaseInterval(Base):
    """The ledger: who a case waited for, from when to when; written once, ended once. Only an undo takes one back, because what was undone never was."""

    __tablename__ = "case_intervals"
    __table_args__ = (
        Index("ix_case_intervals_case", "case_id", "started_at"),
        Index("ix_case_intervals_state", "state", "started_at"),
        Index("uq_case_intervals_running", "case_id", unique=True, sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ID, ForeignKey("cases.id"))
    state: Mapped[str] = mapped_column(String(30))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    team_id: Mapped[int | None] = mapped_column(ID, ForeignKey("teams.id"))
    agent_id: Mapped[int | None] = mapped_column(ID, ForeignKey("agents.id"))
    channel: Mapped[str] = mapped_column(String(20))
