"""Outgoing webhooks over HTTP: for admins, with the secret shown once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kernel.clock import MovedClock
from tests.api.desk import Desk, opened
from tests.support.databases import SqliteFiles
from tests.support.receiver import Receiver, receiver

URL = "https://hooks.example.com/kindred"


@pytest.fixture
async def told() -> AsyncIterator[Receiver]:
    async with receiver() as taking:
        yield taking


@pytest.fixture
async def desk(sqlite_files: SqliteFiles, tmp_path: Path, clock: MovedClock) -> AsyncIterator[Desk]:
    """A desk that may tell this machine."""
    async with opened(sqlite_files.fresh(tmp_path), tmp_path / "var", clock, webhook_networks="127.0.0.1/32") as served:
        yield served


async def test_are_made_changed_and_deleted(desk: Desk) -> None:
    made = await desk.admin.post("/webhooks", {"name": "CRM", "url": URL, "kinds": ["case.opened"], "inbox_ids": [desk.sms]})
    assert (made.status, made.json["state"], made.json["inbox_ids"]) == (201, "ok", [desk.sms])
    secret, path = made.json["secret"], f"/webhooks/{made.json['id']}"
    shown = {name: value for name, value in made.json.items() if name != "secret"}
    assert (await desk.admin.get("/webhooks")).items == [shown]
    assert (await desk.admin.get(path)).json == shown
    changed = await desk.admin.patch(path, {"kinds": ["*"], "inbox_ids": None})
    assert changed.json == {**shown, "kinds": ["*"], "inbox_ids": None}
    assert secret not in changed.content.decode()
    assert (await desk.admin.patch(path, {"name": "ERP"})).json == {**changed.json, "name": "ERP"}
    assert (await desk.admin.delete(path)).status == 204
    assert (await desk.admin.get(path)).status == 404


async def test_are_paused_and_resumed(desk: Desk) -> None:
    path = f"/webhooks/{(await desk.admin.post('/webhooks', {'name': 'CRM', 'url': URL, 'kinds': ['*']})).json['id']}"
    paused = await desk.admin.post(f"{path}/pause")
    assert (paused.json["state"], paused.json["paused_because"]) == ("paused", "Paused by hand.")
    resumed = await desk.admin.post(f"{path}/resume", {"skip_missed": True})
    assert (resumed.json["state"], resumed.json["paused_because"]) == ("ok", None)


async def test_are_told_and_say_what_became_of_it(desk: Desk, told: Receiver) -> None:
    made = (await desk.admin.post("/webhooks", {"name": "CRM", "url": told.url, "kinds": ["message.received"]})).json
    told.answers.extend([200, 500])
    for text in ("one", "two"):
        await desk.says(text)
    await desk.estate.announcer.drain()
    page = await desk.admin.get(f"/webhooks/{made['id']}/deliveries?limit=1")
    assert [(one["status"], one["error"], one["delivered_at"]) for one in page.items] == [(500, "The answer was 500.", None)]
    [taken] = (await desk.admin.get(f"/webhooks/{made['id']}/deliveries?limit=1&cursor={page.json['next']}")).items
    assert (taken["status"], taken["attempts"], taken["event_id"]) == (200, 1, str(told.ids[0]))
    assert all(got.is_signed_with(made["secret"]) for got in told.got)
    assert (await desk.admin.get(f"/webhooks/{made['id']}")).json["state"] == "failing"
    assert (await desk.admin.post(f"/webhooks/{made['id']}/test")).json == {"status": 200, "error": None}


async def test_name_the_kinds_there_are(desk: Desk) -> None:
    kinds = [one["kind"] for one in (await desk.admin.get("/webhooks/kinds")).items]
    assert "message.received" in kinds
    assert kinds == sorted(kinds)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"url": "http://10.0.0.1/"}, "address.refused", id="a private address"),
        pytest.param({"url": "http://127.0.0.1:22/"}, "address.refused", id="a port of something else"),
        pytest.param({"url": "file:///etc/passwd"}, "address.refused", id="a file"),
        pytest.param({"kinds": ["case.exploded"]}, "webhook.unknown_kind", id="a kind that there is none of"),
        pytest.param({"kinds": []}, "request.invalid", id="no kind"),
        pytest.param({"name": ""}, "request.invalid", id="no name"),
        pytest.param({"inbox_ids": ["7"]}, "not_found", id="an inbox that there is none of"),
        pytest.param({"secret": "whsec_mine"}, "request.invalid", id="a secret of one's own"),
    ],
)
async def test_are_refused(desk: Desk, change: dict[str, object], code: str) -> None:
    answer = await desk.admin.post("/webhooks", {"name": "CRM", "url": URL, "kinds": ["*"], **change})
    assert answer.code == code
    assert (await desk.admin.get("/webhooks")).items == []


async def test_are_the_admins_alone(desk: Desk) -> None:
    made = (await desk.admin.post("/webhooks", {"name": "CRM", "url": URL, "kinds": ["*"]})).json
    for person in (desk.ines, desk.supervisor):
        answers = [
            await person.get("/webhooks"),
            await person.get("/webhooks/kinds"),
            await person.post("/webhooks", {"name": "Mine", "url": URL, "kinds": ["*"]}),
            await person.get(f"/webhooks/{made['id']}"),
            await person.patch(f"/webhooks/{made['id']}", {"url": "https://elsewhere.example/"}),
            await person.delete(f"/webhooks/{made['id']}"),
            *[await person.post(f"/webhooks/{made['id']}/{verb}") for verb in ("test", "pause", "resume")],
            await person.get(f"/webhooks/{made['id']}/deliveries"),
        ]
        assert {(answer.status, answer.code) for answer in answers} == {(403, "access.role_too_low")}
    assert [one["url"] for one in (await desk.admin.get("/webhooks")).items] == [URL]
