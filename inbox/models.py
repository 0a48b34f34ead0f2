"""The rows of the hub: inboxes, conversations, messages and what surrounds them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import ID, Base, Id


class Inbox(Base):
    """One configured address of ours on one channel."""

    __tablename__ = "inboxes"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(40), unique=True)
    channel: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(400))
    sealed_settings: Mapped[bytes] = mapped_column(LargeBinary)
    options: Mapped[dict[str, object]]
    team_id: Mapped[int | None] = mapped_column(ID, ForeignKey("teams.id"))
    is_restricted: Mapped[bool] = mapped_column(default=False)
    is_on: Mapped[bool] = mapped_column(default=True)
    last_error: Mapped[str | None] = mapped_column(Text)
    last_error_at: Mapped[datetime | None]
    last_ok_at: Mapped[datetime | None]
    last_in_at: Mapped[datetime | None]
    last_out_at: Mapped[datetime | None]
    next_out_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class WatermarkRow(Base):
    """How far a source has been read."""

    __tablename__ = "watermarks"

    inbox_id: Mapped[int] = mapped_column(ID, ForeignKey("inboxes.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))
    moved_at: Mapped[datetime]


class Conversation(Base):
    """One thread on one channel."""

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("inbox_id", "thread_key"),
        Index("ix_conversations_subject", "inbox_id", "folded_subject", "last_message_at"),
    )

    id: Mapped[Id]
    inbox_id: Mapped[int] = mapped_column(ID, ForeignKey("inboxes.id"))
    customer_id: Mapped[int] = mapped_column(ID, ForeignKey("customers.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ID, ForeignKey("cases.id"), index=True)
    thread_key: Mapped[str] = mapped_column(String(400))
    subject: Mapped[str | None] = mapped_column(String(1000))
    folded_subject: Mapped[str | None] = mapped_column(String(400))
    ancestors: Mapped[str | None] = mapped_column(Text)  # what its first message answered, oldest first, with spaces between
    created_at: Mapped[datetime]
    last_message_at: Mapped[datetime]


class Message(Base):
    """One thing said. `customer_id` is the leaf it was filed in, for ever; `text` is the new part, `quoted` the history that came along."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("inbox_id", "external_id", "content_hash"),
        Index("ix_messages_conversation", "conversation_id", "id"),
        # With the inbox, so that a timeline passes over what may not be seen without reading it.
        Index("ix_messages_customer", "customer_id", "id", "inbox_id"),
        Index("ix_messages_case", "case_id", "id"),
    )

    id: Mapped[Id]
    inbox_id: Mapped[int] = mapped_column(ID, ForeignKey("inboxes.id"))
    conversation_id: Mapped[int] = mapped_column(ID, ForeignKey("conversations.id"))
    customer_id: Mapped[int] = mapped_column(ID, ForeignKey("customers.id"))
    identity_id: Mapped[int | None] = mapped_column(ID, ForeignKey("identities.id"))
    case_id: Mapped[int] = mapped_column(ID, ForeignKey("cases.id"))
    author_id: Mapped[int | None] = mapped_column(ID, ForeignKey("agents.id"))
    direction: Mapped[str] = mapped_column(String(3))
    kind: Mapped[str] = mapped_column(String(10))
    external_id: Mapped[str] = mapped_column(String(1000))
    content_hash: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str | None] = mapped_column(String(1000))
    text: Mapped[str] = mapped_column(Text)
    quoted: Mapped[str | None] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    is_unverified: Mapped[bool]
    is_automatic: Mapped[bool]
    placed_by: Mapped[str] = mapped_column(Text)
    participants: Mapped[list[object] | None]
    sent_at: Mapped[datetime]
    received_at: Mapped[datetime]


class Attachment(Base):
    """A file of a message, or one that an agent has put up and not yet sent (no message yet)."""

    __tablename__ = "attachments"

    id: Mapped[Id]
    message_id: Mapped[int | None] = mapped_column(ID, ForeignKey("messages.id"), index=True)
    uploaded_by: Mapped[int | None] = mapped_column(ID, ForeignKey("agents.id"))
    name: Mapped[str] = mapped_column(String(400))
    media_type: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content_id: Mapped[str | None] = mapped_column(String(400))
    is_inline: Mapped[bool]


class RawPayloadRow(Base):
    """What came over the wire, compressed; also what could not be read (a dead letter, which can be replayed)."""

    __tablename__ = "raw_payloads"
    __table_args__ = (Index("ix_raw_payloads_dead", "id", sqlite_where=text("state = 'dead'"), postgresql_where=text("state = 'dead'")),)

    id: Mapped[Id]
    inbox_id: Mapped[int] = mapped_column(ID, ForeignKey("inboxes.id"))
    message_id: Mapped[int | None] = mapped_column(ID, index=True)
    source: Mapped[str] = mapped_column(String(40))
    content_type: Mapped[str] = mapped_column(String(200))
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    blob: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int]
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    code: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))


class Delivery(Base):
    """One message on its way out; the recipient was frozen when it was written."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index(
            "ix_deliveries_due",
            "due_at",
            sqlite_where=text("state IN ('held', 'queued', 'sending')"),
            postgresql_where=text("state IN ('held', 'queued', 'sending')"),
        ),
        Index("ix_deliveries_vendor", "inbox_id", "vendor_id"),
    )

    id: Mapped[Id]
    message_id: Mapped[int] = mapped_column(ID, ForeignKey("messages.id"), unique=True)
    inbox_id: Mapped[int] = mapped_column(ID, ForeignKey("inboxes.id"))
    recipient: Mapped[str] = mapped_column(String(400))
    recipient_name: Mapped[str | None] = mapped_column(String(400))
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int]
    due_at: Mapped[datetime]
    lease: Mapped[str | None] = mapped_column(String(40))
    vendor_id: Mapped[str | None] = mapped_column(String(400))
    error: Mapped[str | None] = mapped_column(Text)
    restore: Mapped[dict[str, object]]
    changed_at: Mapped[datetime]


class Acknowledgement(Base):
    """That a new case was acknowledged by itself: once, and a correspondent at most once in an hour of the clock, whichever process writes it."""

    __tablename__ = "acknowledgements"
    __table_args__ = (UniqueConstraint("inbox_id", "correspondent", "hour"),)

    case_id: Mapped[int] = mapped_column(ID, ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    message_id: Mapped[int] = mapped_column(ID, ForeignKey("messages.id"), unique=True)
    inbox_id: Mapped[int] = mapped_column(ID, ForeignKey("inboxes.id"))
    correspondent: Mapped[str] = mapped_column(String(400))
    hour: Mapped[int]
    sent_at: Mapped[datetime]


class EventRow(Base):
    """The feed that clients resume from; ids rise with time, and commits may come out of order, so readers overlap."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_conversation", "conversation_id", "id"),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(40))
    inbox_id: Mapped[int | None] = mapped_column(ID)
    conversation_id: Mapped[int | None] = mapped_column(ID)
    payload: Mapped[dict[str, object]]
    happened_at: Mapped[datetime]


class SearchDocument(Base):
    """What search looks through: a message's folded text; the full-text index follows it by triggers (SQLite) or as a stored column (PostgreSQL)."""

    __tablename__ = "search_documents"
    # The newest of an inbox are read without those of others.
    __table_args__ = (Index("ix_search_documents_inbox", "inbox_id", "id"),)

    id: Mapped[Id]
    inbox_id: Mapped[int] = mapped_column(ID)
    customer_id: Mapped[int] = mapped_column(ID, index=True)
    body: Mapped[str] = mapped_column(Text)


class WebhookSubscription(Base):
    """Who is told of events over HTTP, and how far they were told. `due_at` is when to look again or, while there is a lease, when that ends."""

    __tablename__ = "webhook_subscriptions"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(Text)
    kinds: Mapped[list[str]]
    # Said apart from the list: an empty list is no inbox, never every inbox.
    all_inboxes: Mapped[bool]
    inbox_ids: Mapped[list[str]]
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    is_on: Mapped[bool]
    paused_because: Mapped[str | None] = mapped_column(Text)
    begins_after: Mapped[int] = mapped_column(ID)
    cursor: Mapped[int] = mapped_column(ID)
    due_at: Mapped[datetime]
    lease: Mapped[str | None] = mapped_column(String(40))
    failures: Mapped[int]
    failing_since: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    last_ok_at: Mapped[datetime | None]
    created_by: Mapped[int] = mapped_column(ID, ForeignKey("agents.id"))
    created_at: Mapped[datetime]


class WebhookDelivery(Base):
    """What became of one event at one subscription; `status` is the receiver's last one, None when it gave none."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (UniqueConstraint("subscription_id", "event_id"),)

    id: Mapped[Id]
    subscription_id: Mapped[int] = mapped_column(ID, ForeignKey("webhook_subscriptions.id"))
    event_id: Mapped[int] = mapped_column(ID)
    kind: Mapped[str] = mapped_column(String(40))
    attempts: Mapped[int]
    status: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(Text)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
