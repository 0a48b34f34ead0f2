"""The house: every room's tables, full-text search, and the numbers of cases."""

import sqlalchemy as sa
from alembic import op

from migrations.types import ID, JSON, MOMENT

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# In the order in which they lean on each other.
TABLES = (
    "agents",
    "business_hours",
    "customers",
    "events",
    "search_documents",
    "sign_in_throttles",
    "api_tokens",
    "articles",
    "claims",
    "identities",
    "link_log",
    "not_same",
    "review_cards",
    "sessions",
    "teams",
    "inboxes",
    "routing_turns",
    "team_members",
    "cases",
    "raw_payloads",
    "watermarks",
    "activities",
    "case_intervals",
    "case_seen",
    "case_tags",
    "conversations",
    "follow_ups",
    "messages",
    "attachments",
    "deliveries",
)

_SQLITE_SEARCH = (
    """CREATE VIRTUAL TABLE search_index USING fts5(
        body, content='search_documents', content_rowid='id', tokenize='unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER search_documents_inserted AFTER INSERT ON search_documents BEGIN
        INSERT INTO search_index (rowid, body) VALUES (new.id, new.body); END""",
    """CREATE TRIGGER search_documents_deleted AFTER DELETE ON search_documents BEGIN
        INSERT INTO search_index (search_index, rowid, body) VALUES ('delete', old.id, old.body); END""",
    """CREATE TRIGGER search_documents_updated AFTER UPDATE OF id, body ON search_documents BEGIN
        INSERT INTO search_index (search_index, rowid, body) VALUES ('delete', old.id, old.body);
        INSERT INTO search_index (rowid, body) VALUES (new.id, new.body); END""",
)
_POSTGRESQL_SEARCH = (
    # STORED: PostgreSQL 15 knows no other. 'simple' neither stems nor drops words; the body is folded already.
    "ALTER TABLE search_documents ADD COLUMN tsv tsvector GENERATED ALWAYS AS (to_tsvector('simple', body)) STORED",
    "CREATE INDEX ix_search_documents_tsv ON search_documents USING gin (tsv)",
)


def upgrade() -> None:
    """Build it all."""
    _agents()
    _business_hours()
    _customers()
    _events()
    _search_documents()
    _sign_in_throttles()
    _api_tokens()
    _articles()
    _claims()
    _identities()
    _link_log()
    _not_same()
    _review_cards()
    _sessions()
    _teams()
    _inboxes()
    _routing_turns()
    _team_members()
    _cases()
    _raw_payloads()
    _watermarks()
    _activities()
    _case_intervals()
    _case_seen()
    _case_tags()
    _conversations()
    _follow_ups()
    _messages()
    _attachments()
    _deliveries()
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE_SEARCH if is_sqlite else _POSTGRESQL_SEARCH:
        op.execute(statement)
    if not is_sqlite:
        op.execute("CREATE SEQUENCE case_numbers START 1001")


def downgrade() -> None:
    """Leave an empty database."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    else:
        op.execute("DROP SEQUENCE case_numbers")
    for table in reversed(TABLES):
        op.drop_table(table)


def _agents() -> None:
    op.create_table(
        "agents",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agents"),
        sa.UniqueConstraint("email", name="uq_agents_email"),
    )


def _business_hours() -> None:
    op.create_table(
        "business_hours",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("spans", JSON, nullable=False),
        sa.Column("holidays", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_business_hours"),
    )


def _customers() -> None:
    op.create_table(
        "customers",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("root_id", ID, nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("folded_name", sa.String(length=400), nullable=False),
        sa.Column("is_named", sa.Boolean(), nullable=False),
        sa.Column("company", sa.String(length=400), nullable=True),
        sa.Column("locale", sa.String(length=35), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("satisfaction", sa.String(length=20), nullable=False),
        sa.Column("attributes", JSON, nullable=False),
        sa.Column("consent", JSON, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["root_id"], ["customers.id"], name="fk_customers_root_id"),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
    )
    op.create_index("ix_customers_folded_name", "customers", ["folded_name"], unique=False)
    op.create_index("ix_customers_root_id", "customers", ["root_id"], unique=False)


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("inbox_id", ID, nullable=True),
        sa.Column("conversation_id", ID, nullable=True),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_conversation", "events", ["conversation_id", "id"], unique=False)


def _search_documents() -> None:
    op.create_table(
        "search_documents",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("inbox_id", ID, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_documents"),
    )
    op.create_index("ix_search_documents_customer_id", "search_documents", ["customer_id"], unique=False)


def _sign_in_throttles() -> None:
    op.create_table(
        "sign_in_throttles",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("blocked_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_sign_in_throttles"),
    )


def _api_tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_api_tokens_agent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_api_tokens"),
        sa.UniqueConstraint("token_digest", name="uq_api_tokens_token_digest"),
    )
    op.create_index("ix_api_tokens_agent_id", "api_tokens", ["agent_id"], unique=False)


def _articles() -> None:
    op.create_table(
        "articles",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("folded_title", sa.String(length=400), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["agents.id"], name="fk_articles_author_id"),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
    )
    op.create_index("ix_articles_status", "articles", ["status"], unique=False)


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=400), nullable=False),
        sa.Column("normalised", sa.String(length=400), nullable=False),
        sa.Column("trust", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_claims_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_claims"),
    )
    op.create_index("ix_claims_customer_id", "claims", ["customer_id"], unique=False)
    op.create_index("ix_claims_message_id", "claims", ["message_id"], unique=False)
    op.create_index("ix_claims_value", "claims", ["kind", "normalised"], unique=False)


def _identities() -> None:
    op.create_table(
        "identities",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=400), nullable=False),
        sa.Column("normalised", sa.String(length=400), nullable=False),
        sa.Column("trust", sa.String(length=20), nullable=False),
        sa.Column("is_sender", sa.Boolean(), nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_identities_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_identities"),
        sa.UniqueConstraint("kind", "normalised", "customer_id", name="uq_identities_kind_normalised_customer_id"),
    )
    op.create_index("ix_identities_customer_id", "identities", ["customer_id"], unique=False)


def _link_log() -> None:
    op.create_table(
        "link_log",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("loser_id", ID, nullable=False),
        sa.Column("survivor_id", ID, nullable=False),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("model_version", sa.String(length=40), nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("linked_at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("undone_by", ID, nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["agents.id"], name="fk_link_log_author_id"),
        sa.ForeignKeyConstraint(["loser_id"], ["customers.id"], name="fk_link_log_loser_id"),
        sa.ForeignKeyConstraint(["survivor_id"], ["customers.id"], name="fk_link_log_survivor_id"),
        sa.ForeignKeyConstraint(["undone_by"], ["agents.id"], name="fk_link_log_undone_by"),
        sa.PrimaryKeyConstraint("id", name="pk_link_log"),
    )
    op.create_index("ix_link_log_loser_id", "link_log", ["loser_id"], unique=False)
    op.create_index("ix_link_log_survivor_id", "link_log", ["survivor_id"], unique=False)


def _not_same() -> None:
    op.create_table(
        "not_same",
        sa.Column("left_id", ID, nullable=False),
        sa.Column("right_id", ID, nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("noted_by", ID, nullable=True),
        sa.ForeignKeyConstraint(["left_id"], ["customers.id"], name="fk_not_same_left_id"),
        sa.ForeignKeyConstraint(["noted_by"], ["agents.id"], name="fk_not_same_noted_by"),
        sa.ForeignKeyConstraint(["right_id"], ["customers.id"], name="fk_not_same_right_id"),
        sa.PrimaryKeyConstraint("left_id", "right_id", name="pk_not_same"),
    )
    op.create_index("ix_not_same_right_id", "not_same", ["right_id"], unique=False)


def _review_cards() -> None:
    op.create_table(
        "review_cards",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("left_id", ID, nullable=False),
        sa.Column("right_id", ID, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("bits", sa.Double(), nullable=False),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("message_id", ID, nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by", ID, nullable=True),
        sa.ForeignKeyConstraint(["answered_by"], ["agents.id"], name="fk_review_cards_answered_by"),
        sa.ForeignKeyConstraint(["left_id"], ["customers.id"], name="fk_review_cards_left_id"),
        sa.ForeignKeyConstraint(["right_id"], ["customers.id"], name="fk_review_cards_right_id"),
        sa.PrimaryKeyConstraint("id", name="pk_review_cards"),
    )
    op.create_index("ix_review_cards_right_id", "review_cards", ["right_id"], unique=False)
    op.create_index("ix_review_cards_state", "review_cards", ["state", "id"], unique=False)
    op.create_index(
        "uq_review_cards_open",
        "review_cards",
        ["left_id", "right_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_sessions_agent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("token_digest", name="uq_sessions_token_digest"),
    )
    op.create_index("ix_sessions_agent_id", "sessions", ["agent_id"], unique=False)


def _teams() -> None:
    op.create_table(
        "teams",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("business_hours_id", ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["business_hours_id"], ["business_hours.id"], name="fk_teams_business_hours_id"),
        sa.PrimaryKeyConstraint("id", name="pk_teams"),
        sa.UniqueConstraint("name", name="uq_teams_name"),
    )


def _inboxes() -> None:
    op.create_table(
        "inboxes",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.Column("sealed_settings", sa.LargeBinary(), nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("is_restricted", sa.Boolean(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("last_error_at", MOMENT, nullable=True),
        sa.Column("last_ok_at", MOMENT, nullable=True),
        sa.Column("last_in_at", MOMENT, nullable=True),
        sa.Column("last_out_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_inboxes_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_inboxes"),
        sa.UniqueConstraint("key", name="uq_inboxes_key"),
    )


def _routing_turns() -> None:
    op.create_table(
        "routing_turns",
        sa.Column("team_id", ID, nullable=False),
        sa.Column("last_agent_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["last_agent_id"], ["agents.id"], name="fk_routing_turns_last_agent_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_routing_turns_team_id"),
        sa.PrimaryKeyConstraint("team_id", name="pk_routing_turns"),
    )


def _team_members() -> None:
    op.create_table(
        "team_members",
        sa.Column("team_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_team_members_agent_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_team_members_team_id"),
        sa.PrimaryKeyConstraint("team_id", "agent_id", name="pk_team_members"),
    )
    op.create_index("ix_team_members_agent_id", "team_members", ["agent_id"], unique=False)


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("inbox_id", ID, nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("priority", sa.String(length=20), nullable=False),
        sa.Column("assignee_id", ID, nullable=True),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("opened_reason", sa.Text(), nullable=False),
        sa.Column("assigned_reason", sa.Text(), nullable=True),
        sa.Column("first_response_at", MOMENT, nullable=True),
        sa.Column("first_response_id", ID, nullable=True),
        sa.Column("resolved_at", MOMENT, nullable=True),
        sa.Column("waiting_since", MOMENT, nullable=True),
        sa.Column("snoozed_until", MOMENT, nullable=True),
        sa.Column("last_message_id", ID, nullable=False),
        sa.Column("last_inbound_id", ID, nullable=True),
        sa.Column("linked_case_id", ID, nullable=True),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["agents.id"], name="fk_cases_assignee_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_cases_customer_id"),
        sa.ForeignKeyConstraint(["inbox_id"], ["inboxes.id"], name="fk_cases_inbox_id"),
        sa.ForeignKeyConstraint(["linked_case_id"], ["cases.id"], name="fk_cases_linked_case_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_cases_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("number", name="uq_cases_number"),
    )
    op.create_index(
        "ix_cases_active_all",
        "cases",
        ["last_message_id", "inbox_id"],
        unique=False,
        sqlite_where=sa.text("status IN ('new', 'open', 'pending', 'on_hold')"),
        postgresql_where=sa.text("status IN ('new', 'open', 'pending', 'on_hold')"),
    )
    op.create_index(
        "ix_cases_active_assignee",
        "cases",
        ["assignee_id", "last_message_id", "inbox_id", "team_id"],
        unique=False,
        sqlite_where=sa.text("status IN ('new', 'open', 'pending', 'on_hold')"),
        postgresql_where=sa.text("status IN ('new', 'open', 'pending', 'on_hold')"),
    )
    op.create_index(
        "ix_cases_active_team",
        "cases",
        ["team_id", "last_message_id", "inbox_id", "assignee_id", "status"],
        unique=False,
        sqlite_where=sa.text("status IN ('new', 'open', 'pending', 'on_hold')"),
        postgresql_where=sa.text("status IN ('new', 'open', 'pending', 'on_hold')"),
    )
    op.create_index(
        "ix_cases_active_waiting",
        "cases",
        ["waiting_since", "id"],
        unique=False,
        sqlite_where=sa.text("status IN ('new', 'open', 'pending', 'on_hold')"),
        postgresql_where=sa.text("status IN ('new', 'open', 'pending', 'on_hold')"),
    )
    op.create_index("ix_cases_customer_id", "cases", ["customer_id"], unique=False)
    op.create_index(
        "ix_cases_ended",
        "cases",
        ["last_message_id", "inbox_id", "status"],
        unique=False,
        sqlite_where=sa.text("status IN ('resolved', 'closed')"),
        postgresql_where=sa.text("status IN ('resolved', 'closed')"),
    )
    op.create_index("ix_cases_first_response_at", "cases", ["first_response_at"], unique=False)
    op.create_index("ix_cases_resolved_at", "cases", ["resolved_at"], unique=False)
    op.create_index(
        "ix_cases_snoozed",
        "cases",
        ["last_message_id", "inbox_id", "status"],
        unique=False,
        sqlite_where=sa.text("status = 'snoozed'"),
        postgresql_where=sa.text("status = 'snoozed'"),
    )


def _raw_payloads() -> None:
    op.create_table(
        "raw_payloads",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("inbox_id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("content_type", sa.String(length=200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("blob", sa.String(length=64), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inboxes.id"], name="fk_raw_payloads_inbox_id"),
        sa.PrimaryKeyConstraint("id", name="pk_raw_payloads"),
    )
    op.create_index(
        "ix_raw_payloads_dead", "raw_payloads", ["id"], unique=False, sqlite_where=sa.text("state = 'dead'"), postgresql_where=sa.text("state = 'dead'")
    )
    op.create_index("ix_raw_payloads_message_id", "raw_payloads", ["message_id"], unique=False)


def _watermarks() -> None:
    op.create_table(
        "watermarks",
        sa.Column("inbox_id", ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("moved_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inboxes.id"], name="fk_watermarks_inbox_id"),
        sa.PrimaryKeyConstraint("inbox_id", "name", name="pk_watermarks"),
    )


def _activities() -> None:
    op.create_table(
        "activities",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("verb", sa.String(length=20), nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("after", JSON, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("done_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["agents.id"], name="fk_activities_actor_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_activities_case_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_activities_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_activities"),
    )
    op.create_index("ix_activities_case", "activities", ["case_id", "id"], unique=False)
    op.create_index("ix_activities_customer", "activities", ["customer_id", "id"], unique=False)


def _case_intervals() -> None:
    op.create_table(
        "case_intervals",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("agent_id", ID, nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_case_intervals_agent_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_intervals_case_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_case_intervals_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_intervals"),
    )
    op.create_index("ix_case_intervals_case", "case_intervals", ["case_id", "started_at"], unique=False)
    op.create_index("ix_case_intervals_state", "case_intervals", ["state", "started_at"], unique=False)
    op.create_index(
        "uq_case_intervals_running",
        "case_intervals",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _case_seen() -> None:
    op.create_table(
        "case_seen",
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_case_seen_agent_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_seen_case_id"),
        sa.PrimaryKeyConstraint("agent_id", "case_id", name="pk_case_seen"),
    )


def _case_tags() -> None:
    op.create_table(
        "case_tags",
        sa.Column("case_id", ID, nullable=False),
        sa.Column("tag", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_tags_case_id"),
        sa.PrimaryKeyConstraint("case_id", "tag", name="pk_case_tags"),
    )
    op.create_index("ix_case_tags_tag", "case_tags", ["tag", "case_id"], unique=False)


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("inbox_id", ID, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("thread_key", sa.String(length=400), nullable=False),
        sa.Column("subject", sa.String(length=1000), nullable=True),
        sa.Column("folded_subject", sa.String(length=400), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_message_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_conversations_case_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_conversations_customer_id"),
        sa.ForeignKeyConstraint(["inbox_id"], ["inboxes.id"], name="fk_conversations_inbox_id"),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sa.UniqueConstraint("inbox_id", "thread_key", name="uq_conversations_inbox_id_thread_key"),
    )
    op.create_index("ix_conversations_case_id", "conversations", ["case_id"], unique=False)
    op.create_index("ix_conversations_customer_id", "conversations", ["customer_id"], unique=False)
    op.create_index("ix_conversations_subject", "conversations", ["inbox_id", "folded_subject", "last_message_at"], unique=False)


def _follow_ups() -> None:
    op.create_table(
        "follow_ups",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("set_by", ID, nullable=True),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("cancel_reason", sa.String(length=200), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_follow_ups_case_id"),
        sa.ForeignKeyConstraint(["set_by"], ["agents.id"], name="fk_follow_ups_set_by"),
        sa.PrimaryKeyConstraint("id", name="pk_follow_ups"),
    )
    op.create_index("ix_follow_ups_case", "follow_ups", ["case_id", "state"], unique=False)
    op.create_index(
        "ix_follow_ups_due", "follow_ups", ["due_at"], unique=False, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'")
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("inbox_id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("identity_id", ID, nullable=True),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("external_id", sa.String(length=1000), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=1000), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quoted", sa.Text(), nullable=True),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("is_unverified", sa.Boolean(), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["agents.id"], name="fk_messages_author_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_messages_case_id"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_messages_conversation_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_messages_customer_id"),
        sa.ForeignKeyConstraint(["identity_id"], ["identities.id"], name="fk_messages_identity_id"),
        sa.ForeignKeyConstraint(["inbox_id"], ["inboxes.id"], name="fk_messages_inbox_id"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("inbox_id", "external_id", "content_hash", name="uq_messages_inbox_id_external_id_content_hash"),
    )
    op.create_index("ix_messages_case", "messages", ["case_id", "id"], unique=False)
    op.create_index("ix_messages_conversation", "messages", ["conversation_id", "id"], unique=False)
    op.create_index("ix_messages_customer", "messages", ["customer_id", "id"], unique=False)


def _attachments() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("message_id", ID, nullable=True),
        sa.Column("uploaded_by", ID, nullable=True),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("media_type", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content_id", sa.String(length=400), nullable=True),
        sa.Column("is_inline", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_attachments_message_id"),
        sa.ForeignKeyConstraint(["uploaded_by"], ["agents.id"], name="fk_attachments_uploaded_by"),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
    )
    op.create_index("ix_attachments_message_id", "attachments", ["message_id"], unique=False)


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("inbox_id", ID, nullable=False),
        sa.Column("recipient", sa.String(length=400), nullable=False),
        sa.Column("recipient_name", sa.String(length=400), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("lease", sa.String(length=40), nullable=True),
        sa.Column("vendor_id", sa.String(length=400), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("restore", JSON, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inboxes.id"], name="fk_deliveries_inbox_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_deliveries_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("message_id", name="uq_deliveries_message_id"),
    )
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('held', 'queued', 'sending')"),
        postgresql_where=sa.text("state IN ('held', 'queued', 'sending')"),
    )
    op.create_index("ix_deliveries_vendor", "deliveries", ["inbox_id", "vendor_id"], unique=False)
