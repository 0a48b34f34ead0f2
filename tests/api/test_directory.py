"""Agents, teams, channels and inboxes over HTTP."""

import pytest

from tests.api.desk import Desk

PASSWORD = "a long enough one"


class TestAgents:
    async def test_lists_everybody_with_their_teams(self, desk: Desk) -> None:
        people = {agent["name"]: agent for agent in (await desk.otto.get("/agents")).items}
        assert set(people) == {"Ada", "Sam", "Ines", "Otto"}
        assert people["Ines"]["team_ids"] == [desk.team_id]
        assert (await desk.otto.get(f"/agents/{desk.ines.agent_id}")).json == people["Ines"]
        assert (await desk.otto.get("/agents/1")).status == 404

    async def test_lets_somebody_new_sign_in(self, stored_desk: Desk) -> None:
        made = await stored_desk.admin.post("/agents", {"name": "New", "email": "New@Desk.Example", "password": PASSWORD, "role": "supervisor"})
        assert (made.status, made.json["role"], made.json["is_active"]) == (201, "supervisor", True)
        assert PASSWORD not in made.content.decode()
        assert (await stored_desk.browser().post("/session", {"email": "new@desk.example", "password": PASSWORD})).status == 200
        again = await stored_desk.admin.post("/agents", {"name": "New", "email": "new@desk.example", "password": PASSWORD})
        assert (again.status, again.code) == (409, "agent.exists")

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"password": "short"}, id="a short password"),
            pytest.param({"email": "nowhere"}, id="an address that is none"),
            pytest.param({"name": "  "}, id="a blank name"),
            pytest.param({"role": "owner"}, id="a role that is none"),
            pytest.param({"is_active": True}, id="more than is asked"),
            pytest.param({"name": 5}, id="a number for a name"),
        ],
    )
    async def test_says_what_is_wrong_with_a_new_one(self, desk: Desk, change: dict[str, object]) -> None:
        answer = await desk.admin.post("/agents", {"name": "New", "email": "new@desk.example", "password": PASSWORD, **change})
        assert (answer.status, answer.code) == (422, "request.invalid")
        assert answer.json["errors"][0]["path"] == next(iter(change))
        assert "short" not in answer.json["detail"].replace("shorter", "")

    async def test_signs_out_who_leaves(self, desk: Desk) -> None:
        program = await desk.program(desk.otto.agent_id)
        assert (await desk.admin.patch(f"/agents/{desk.otto.agent_id}", {"is_active": False})).json["is_active"] is False
        assert (await desk.otto.get("/me")).status == 401
        assert (await desk.stranger.get("/me", headers=program)).status == 401

    async def test_does_not_let_an_admin_shut_themselves_out(self, desk: Desk) -> None:
        for change in ({"is_active": False}, {"role": "agent"}):
            assert (await desk.admin.patch(f"/agents/{desk.admin.agent_id}", change)).status in {409, 422}
        assert (await desk.admin.patch(f"/agents/{desk.admin.agent_id}", {"name": "Ada L."})).json["name"] == "Ada L."


class TestTeams:
    async def test_are_made_and_changed(self, stored_desk: Desk) -> None:
        desk = stored_desk
        made = await desk.admin.post("/teams", {"name": "Tier 2", "member_ids": [desk.otto.agent_id]})
        assert (made.status, made.json["member_ids"]) == (201, [desk.otto.agent_id])
        changed = await desk.admin.patch(f"/teams/{made.json['id']}", {"name": "Experts", "member_ids": []})
        assert (changed.json["name"], changed.json["member_ids"]) == ("Experts", [])
        assert {team["name"] for team in (await desk.otto.get("/teams")).items} == {"Tier 1", "Experts"}
        assert (await desk.admin.post("/teams", {"name": "Experts"})).code == "team.exists"
        assert (await desk.admin.post("/teams", {"name": "Ghosts", "member_ids": ["1"]})).status in {404, 422}


class TestInboxes:
    async def test_says_what_a_channel_needs(self, desk: Desk) -> None:
        channels = {channel["channel"]: channel for channel in (await desk.otto.get("/channels")).items}
        assert {"email", "sms", "chat", "telegram"} <= set(channels)
        settings = {setting["name"]: setting for setting in channels["sms"]["settings"]}
        assert (settings["auth_token"]["is_secret"], settings["auth_token"]["required"], settings["account_sid"]["is_secret"]) == (True, True, False)
        assert settings["auth_token"]["help"]

    async def test_are_made_shown_and_changed_without_their_secrets(self, stored_desk: Desk) -> None:
        desk = stored_desk
        secret = {"account_sid": "AC77", "auth_token": "very-secret"}
        made = await desk.admin.post("/inboxes", {"channel": "sms", "name": "Night", "address": "+15005550099", "settings": secret})
        assert made.status == 201
        inbox = made.json
        assert (inbox["is_on"], inbox["health"]["state"], inbox["limits"], inbox["features"]) == (True, "quiet", {"text": 1600}, ["reaches_anyone", "receipts"])
        changed = await desk.admin.patch(f"/inboxes/{inbox['id']}", {"name": "Late", "is_on": False, "team_id": desk.team_id, "options": {"reopen_days": 3}})
        assert (changed.json["name"], changed.json["health"]["state"], changed.json["team_id"]) == ("Late", "off", desk.team_id)
        assert changed.json["options"] == {"reopen_days": 3.0, "continue_hours": 24.0, "part_days": 30.0}
        back = await desk.admin.patch(f"/inboxes/{inbox['id']}", {"team_id": None})
        assert back.json["team_id"] is None
        told = await desk.admin.get(f"/inboxes/{inbox['id']}/settings")
        assert told.json == {"values": {"account_sid": "AC77"}, "secrets": ["auth_token"]}
        for answer in (made, changed, told, await desk.admin.get(f"/inboxes/{inbox['id']}"), await desk.admin.get("/inboxes")):
            assert b"very-secret" not in answer.content

    @pytest.mark.parametrize(
        ("change", "status"),
        [
            pytest.param({"channel": "fax"}, 404, id="a channel that is none"),
            pytest.param({"settings": {}}, 422, id="no settings"),
            pytest.param({"settings": {"account_sid": "nonsense", "auth_token": "hidden-word"}}, 422, id="settings that are none"),
            pytest.param({"settings": {"account_sid": "AC1", "auth_token": "hidden-word", "more": "x"}}, 422, id="settings that nobody knows"),
            pytest.param({"address": "+15005550006"}, 409, id="an address that is taken"),
            pytest.param({"team_id": "1"}, 404, id="a team that is none"),
        ],
    )
    async def test_refuses_what_cannot_work(self, desk: Desk, change: dict[str, object], status: int) -> None:
        body = {"channel": "sms", "name": "Night", "address": "+15005550099", "settings": {"account_sid": "AC1", "auth_token": "hidden-word"}, **change}
        answer = await desk.admin.post("/inboxes", body)
        assert answer.status == status
        assert answer.code
        assert b"hidden-word" not in answer.content
