"""Every operation of the API, sorted by how it keeps a restricted inbox to itself: a new one fails the tests until it is sorted in."""

from collections.abc import Mapping

Body = Mapping[str, object] | None

# Asked with the id of something hidden they answer as if there were no such thing: 404, word for word as for an id that nobody has.
REFUSING: Mapping[str, Body] = {
    "GET /api/v1/cases/{case_id}": None,
    "PATCH /api/v1/cases/{case_id}": {"title": "x"},
    "GET /api/v1/cases/{case_id}/timeline": None,
    "POST /api/v1/cases/{case_id}/reply": {"text": "x", "reply_option": "c1"},
    "POST /api/v1/cases/{case_id}/note": {"text": "x"},
    "POST /api/v1/cases/{case_id}/assign": {"agent_id": None},
    "POST /api/v1/cases/{case_id}/status": {"status": "open"},
    "POST /api/v1/cases/{case_id}/priority": {"priority": "low"},
    "POST /api/v1/cases/{case_id}/tags": {"add": ["x"]},
    "POST /api/v1/cases/{case_id}/snooze": {"until": "2026-04-01T00:00:00Z"},
    "DELETE /api/v1/cases/{case_id}/snooze": None,
    "POST /api/v1/cases/{case_id}/seen": {"message_id": "1"},
    "POST /api/v1/cases/{case_id}/undo": {"activity_id": "1"},
    "GET /api/v1/messages/{message_id}": None,
    "GET /api/v1/messages/{message_id}/html": None,
    "GET /api/v1/messages/{message_id}/raw": None,
    "POST /api/v1/messages/{message_id}/undo": {},
    "POST /api/v1/messages/{message_id}/retry": {},
    "GET /api/v1/attachments/{attachment_id}": None,
    "GET /api/v1/conversations/{conversation_id}": None,
    "GET /api/v1/customers/{customer_id}": None,
    "PATCH /api/v1/customers/{customer_id}": {"name": "x"},
    "GET /api/v1/customers/{customer_id}/timeline": None,
    "GET /api/v1/customers/{customer_id}/identities": None,
    "POST /api/v1/customers/{customer_id}/merge": {"other_id": "1"},
    "POST /api/v1/merges/{link_id}/undo": {},
    "POST /api/v1/proposals/{proposal_id}/answer": {"answer": "same"},
    "GET /api/v1/inboxes/{inbox_id}": None,
}

# Lists: what is hidden changes no byte of them, however they are asked. `{…}` is filled in with something hidden.
FILTERING: Mapping[str, tuple[str, ...]] = {
    "GET /api/v1/cases": (
        "", "?view=mine", "?view=unassigned", "?view=snoozed", "?view=resolved", "?limit=1", "?sort=oldest", "?tag={word}%20tag", "?status=pending",
        "?team_id={team_id}", "?inbox_id={inbox_id}", "?customer_id={customer_id}", "?ids={case_id}",
    ),
    "GET /api/v1/cases/counts": ("",),
    "GET /api/v1/conversations": ("", "?limit=1", "?inbox_id={inbox_id}", "?customer_id={customer_id}"),
    "GET /api/v1/customers": ("", "?limit=1", "?q={word}", "?q={word}&limit=1", "?q=vera@customer", "?q=%2B44770090088&limit=1"),
    "GET /api/v1/proposals": ("", "?limit=1"),
    "GET /api/v1/search": ("?q={word}", "?q={word}&limit=1", "?q=vera", "?q=twin&limit=1", "?q=ada@customer.example"),
    "GET /api/v1/inboxes": ("",),
}  # fmt: skip

# Refused to an agent by role, before anything is looked at.
FOR_HIGHER_ROLES = {
    "POST /api/v1/agents", "PATCH /api/v1/agents/{agent_id}", "POST /api/v1/teams", "PATCH /api/v1/teams/{team_id}", "POST /api/v1/inboxes",
    "GET /api/v1/inboxes/{inbox_id}/settings", "PATCH /api/v1/inboxes/{inbox_id}", "GET /api/v1/webhooks", "GET /api/v1/webhooks/kinds", "POST /api/v1/webhooks",
    "GET /api/v1/webhooks/{webhook_id}",
    "PATCH /api/v1/webhooks/{webhook_id}", "DELETE /api/v1/webhooks/{webhook_id}", "POST /api/v1/webhooks/{webhook_id}/test",
    "POST /api/v1/webhooks/{webhook_id}/pause", "POST /api/v1/webhooks/{webhook_id}/resume", "GET /api/v1/webhooks/{webhook_id}/deliveries",
    "GET /api/v1/reports/overview", "GET /api/v1/dead-letters", "POST /api/v1/dead-letters/{letter_id}/replay",
}  # fmt: skip

# About colleagues, about the asker alone, or the same for everybody: nothing of a customer is in them.
INNOCENT = {
    "POST /api/v1/session", "GET /api/v1/session", "DELETE /api/v1/session", "GET /api/v1/me", "PATCH /api/v1/me", "GET /api/v1/agents",
    "GET /api/v1/agents/{agent_id}",
    "GET /api/v1/teams", "GET /api/v1/tokens", "POST /api/v1/tokens", "DELETE /api/v1/tokens/{token_id}", "GET /api/v1/channels", "GET /api/v1/articles",
    "POST /api/v1/uploads",
}  # fmt: skip

# The visitors' own: see test_visitors.py.
FOR_VISITORS = {"POST /api/v1/chat/{inbox_key}/messages", "GET /api/v1/chat/{inbox_key}/messages"}

# Hidden ids that are named in the body of a call about something that Otto may see: as if nobody had them. `{…}` is filled in with something visible.
NAMING: tuple[tuple[str, str, str, Mapping[str, object]], ...] = (
    ("attachment_id", "POST", "/cases/{case_id}/reply", {"text": "x", "reply_option": "{option}", "attachment_ids": ["{id}"]}),
    ("conversation_id", "POST", "/cases/{case_id}/reply", {"text": "x", "reply_option": "c{id}"}),
    ("inbox_id", "POST", "/cases/{case_id}/reply", {"text": "x", "reply_option": "i{id}-{identity_id}"}),
    ("customer_id", "POST", "/customers/{customer_id}/merge", {"other_id": "{id}"}),
    ("activity_id", "POST", "/cases/{case_id}/undo", {"activity_id": "{id}"}),
)
