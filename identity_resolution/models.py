"""The rows of identity resolution: leaves that messages stay with, roots that merges move, and the log of both."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import ID, Base, Id


class Customer(Base):
    """A leaf profile; `root_id` is the survivor of its merges, itself when there was none.

    `name` is what is shown: given to us when `is_named`, else that of the oldest leaf under it that has one, else made from an address or a number.
    """

    __tablename__ = "customers"

    id: Mapped[Id]
    root_id: Mapped[int] = mapped_column(ID, ForeignKey("customers.id"), index=True)
    name: Mapped[str] = mapped_column(String(400))
    folded_name: Mapped[str] = mapped_column(String(400), index=True)
    is_named: Mapped[bool]
    company: Mapped[str | None] = mapped_column(String(400))
    locale: Mapped[str | None] = mapped_column(String(35))
    time_zone: Mapped[str | None] = mapped_column(String(64))
    stage: Mapped[str] = mapped_column(String(20))
    satisfaction: Mapped[str] = mapped_column(String(20))
    attributes: Mapped[dict[str, object]]
    consent: Mapped[dict[str, object]]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class Identity(Base):
    """One way of reaching a customer; a value with several holders is shared, and by that says little.

    `is_sender` says that messages came by it; without it, it was only told of (an address typed into a chat).
    """

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("kind", "normalised", "customer_id"),)

    id: Mapped[Id]
    customer_id: Mapped[int] = mapped_column(ID, ForeignKey("customers.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(String(400))
    normalised: Mapped[str] = mapped_column(String(400))
    trust: Mapped[str] = mapped_column(String(20))
    is_sender: Mapped[bool]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class CustomerTerm(Base):
    """What a leaf is found by, one row a term; compared by code points, so that a beginning is a range of the key."""

    __tablename__ = "customer_terms"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy's own way

    term: Mapped[str] = mapped_column(String(64).with_variant(String(64, collation="C"), "postgresql"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(ID, ForeignKey("customers.id"), primary_key=True, index=True)


class ClaimRow(Base):
    """What a message said about its sender."""

    __tablename__ = "claims"
    __table_args__ = (Index("ix_claims_value", "kind", "normalised"),)

    id: Mapped[Id]
    message_id: Mapped[int] = mapped_column(ID, index=True)
    customer_id: Mapped[int] = mapped_column(ID, ForeignKey("customers.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(String(400))
    normalised: Mapped[str] = mapped_column(String(400))
    trust: Mapped[str] = mapped_column(String(20))


class ReviewCard(Base):
    """The question whether two customers are one, with its evidence in bits; one open card a pair of leaves (`left_id` < `right_id`)."""

    __tablename__ = "review_cards"
    __table_args__ = (
        Index("uq_review_cards_open", "left_id", "right_id", unique=True, sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")),
        Index("ix_review_cards_state", "state", "id"),
    )

    id: Mapped[Id]
    left_id: Mapped[int] = mapped_column(ID, ForeignKey("customers.id"))
    right_id: Mapped[int] = mapped_column(ID, ForeignKey("customers.id"), index=True)
    state: Mapped[str] = mapped_column(String(20))
    bits: Mapped[float]
    evidence: Mapped[list[object]]
    message_id: Mapped[int | None] = mapped_column(ID)
    opened_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ID, ForeignKey("agents.id"))


class Link(Base):
    """A line of the append-only log of merges, between the two leaves that were named; an undo marks it, and the roots are folded again from what is left."""

    __tablename__ = "link_log"

    id: Mapped[Id]
    loser_id: Mapped[int] = mapped_column(ID, ForeignKey("customers.id"), index=True)
    survivor_id: Mapped[int] = mapped_column(ID, ForeignKey("customers.id"), index=True)
    evidence: Mapped[list[object]]
    reason: Mapped[str] = mapped_column(Text)
    model_version: Mapped[str] = mapped_column(String(40))
    author_id: Mapped[int | None] = mapped_column(ID, ForeignKey("agents.id"))
    linked_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ID, ForeignKey("agents.id"))


class NotSame(Base):
    """Two leaves that are known to be two people (`left_id` < `right_id`)."""

    __tablename__ = "not_same"

    left_id: Mapped[int] = mapped_column(ID, ForeignKey("customers.id"), primary_key=True)
    right_id: Mapped[int] = mapped_column(ID, ForeignKey("customers.id"), primary_key=True, index=True)
    noted_at: Mapped[datetime]
    noted_by: Mapped[int | None] = mapped_column(ID, ForeignKey("agents.id"))
