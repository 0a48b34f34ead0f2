"""Who gets in, and what they may not do: sessions, CSRF, origins, tokens, roles, restricted inboxes."""

import re

import pytest

from kernel.crypto import hash_password
from staff import service as staff
from staff.values import Role
from tests.api.desk import PUBLIC_URL, Desk, Person


async def with_password(desk: Desk) -> None:
    hashed = await hash_password("correct horse battery")
    async with desk.estate.house.factory() as uow:
        await staff.create_agent(uow, name="Paz", email="paz@desk.example", password_hash=hashed, role=Role.AGENT)


SIGN_IN = {"email": "Paz@desk.example", "password": "correct horse battery"}


class TestSession:
    async def test_signs_in_with_a_cookie_that_scripts_cannot_read(self, desk: Desk) -> None:
        await with_password(desk)
        person = desk.browser()
        answer = await person.post("/session", SIGN_IN)
        assert (answer.status, answer.json["agent"]["name"]) == (200, "Paz")
        cookie = answer.headers["Set-Cookie"]
        assert all(word in cookie for word in ("__Host-kindred_session=", "HttpOnly", "SameSite=Lax", "Secure", "Path=/"))
        assert answer.headers["Cache-Control"] == "no-store"

    async def test_makes_a_fresh_token_at_each_sign_in_and_ends_the_former(self, desk: Desk) -> None:
        """What somebody planted before, or used before, opens nothing after."""
        await with_password(desk)
        former = {"Cookie": f"__Host-kindred_session={desk.otto.token}"}
        answer = await desk.browser().post("/session", SIGN_IN, headers=former)
        assert desk.otto.token not in answer.headers["Set-Cookie"]
        assert (await desk.browser().get("/session", headers=former)).status == 401

    async def test_does_not_say_whether_address_or_password_is_wrong(self, desk: Desk) -> None:
        await with_password(desk)
        wrong = await desk.browser().post("/session", {**SIGN_IN, "password": "guess"})
        unknown = await desk.browser().post("/session", {**SIGN_IN, "email": "nobody@desk.example"})
        assert (wrong.status, wrong.code) == (401, "session.wrong_credentials")
        assert wrong.content == unknown.content

    async def test_throttles_guessing(self, desk: Desk) -> None:
        await with_password(desk)
        person = desk.browser()
        answers = [await person.post("/session", {**SIGN_IN, "password": "guess"}) for _ in range(8)]
        assert (answers[-1].status, answers[-1].code) == (429, "session.throttled")
        assert int(answers[-1].headers["Retry-After"]) > 0

    async def test_refuses_a_sign_in_from_another_site(self, desk: Desk) -> None:
        answer = await desk.browser().post("/session", SIGN_IN, headers={"Origin": "https://evil.example"})
        assert (answer.status, answer.code) == (403, "request.foreign_origin")

    async def test_tells_who_is_signed_in(self, desk: Desk) -> None:
        session = (await desk.otto.get("/session")).json
        assert (session["agent"]["id"], session["csrf"]) == (desk.otto.agent_id, desk.otto.csrf)
        assert (await desk.otto.get("/me")).json == session["agent"]
        assert (await desk.stranger.get("/session")).code == "session.not_signed_in"

    async def test_signs_out(self, desk: Desk) -> None:
        answer = await desk.otto.delete("/session")
        assert (answer.status, '__Host-kindred_session=""' in answer.headers["Set-Cookie"]) == (204, True)
        again = await desk.browser().get("/me", headers={"Cookie": f"__Host-kindred_session={desk.otto.token}"})
        assert again.status == 401

    async def test_ends_when_it_is_not_used(self, desk: Desk) -> None:
        desk.clock.advance(days=13)
        assert (await desk.otto.get("/me")).status == 200
        desk.clock.advance(days=13)
        assert (await desk.otto.get("/me")).status == 200
        desk.clock.advance(days=15)
        assert (await desk.otto.get("/me")).status == 401


class TestCsrf:
    @pytest.mark.parametrize("token", ["", "wrong", "ünï"])
    async def test_refuses_a_change_without_the_token(self, desk: Desk, token: str) -> None:
        answer = await desk.otto.post("/tokens", {"name": "x"}, headers={"X-CSRF-Token": token})
        assert (answer.status, answer.code) == (403, "session.bad_csrf")

    @pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://desk.example.com.evil.example", "http://desk.example.com", "nonsense:"])
    async def test_refuses_a_change_from_another_origin(self, desk: Desk, origin: str) -> None:
        answer = await desk.otto.post("/tokens", {"name": "x"}, headers={"Origin": origin})
        assert (answer.status, answer.code) == (403, "request.foreign_origin")

    async def test_takes_a_change_from_our_own_origin(self, desk: Desk) -> None:
        for origin in (PUBLIC_URL, str(desk.server.make_url("/")).rstrip("/")):
            assert (await desk.otto.post("/tokens", {"name": "x"}, headers={"Origin": origin})).status == 201


class TestTokens:
    async def test_lets_a_program_in_as_its_agent_without_csrf(self, stored_desk: Desk) -> None:
        desk = stored_desk
        made = (await desk.otto.post("/tokens", {"name": "export"})).json
        program = {"Authorization": f"Bearer {made['token']}"}
        assert (await desk.stranger.get("/me", headers=program)).json["id"] == desk.otto.agent_id
        assert (await desk.stranger.post("/tokens", {"name": "second"}, headers=program)).status == 201
        [used] = [token for token in (await desk.otto.get("/tokens")).items if token["id"] == made["id"]]
        assert used["last_used_at"] is not None
        assert "token" not in used
        assert (await desk.ines.delete(f"/tokens/{made['id']}")).status == 404
        assert (await desk.otto.delete(f"/tokens/{made['id']}")).status == 204
        assert (await desk.stranger.get("/me", headers=program)).status == 401

    async def test_is_no_session(self, desk: Desk) -> None:
        program = await desk.program(desk.otto.agent_id)
        assert (await desk.stranger.get("/session", headers=program)).status == 401

    @pytest.mark.parametrize("header", ["Bearer", "Bearer nonsense", "Basic b3R0bzpvdHRv", "Bearer kdt_" + "x" * 5000])
    async def test_knows_no_other_token(self, desk: Desk, header: str) -> None:
        assert (await desk.stranger.get("/me", headers={"Authorization": header})).status == 401


class TestRoles:
    @pytest.mark.parametrize(
        ("method", "path", "body", "lowest"),
        [
            pytest.param("POST", "/agents", {"name": "New", "email": "new@desk.example", "password": "long enough one"}, "admin", id="make agents"),
            pytest.param("PATCH", "/agents/1", {"name": "New"}, "admin", id="change agents"),
            pytest.param("POST", "/teams", {"name": "New"}, "admin", id="make teams"),
            pytest.param("PATCH", "/teams/1", {"name": "New"}, "admin", id="change teams"),
            pytest.param("POST", "/inboxes", {"channel": "chat", "name": "New", "address": "new.example"}, "admin", id="make inboxes"),
            pytest.param("GET", "/inboxes/1/settings", None, "admin", id="read inboxes' settings"),
            pytest.param("PATCH", "/inboxes/1", {"name": "New"}, "admin", id="change inboxes"),
            pytest.param("GET", "/reports/overview", None, "supervisor", id="see reports"),
            pytest.param("GET", "/dead-letters", None, "supervisor", id="see dead letters"),
            pytest.param("POST", "/dead-letters/1/replay", {}, "supervisor", id="replay dead letters"),
        ],
    )
    async def test_only_those_who_may(self, desk: Desk, method: str, path: str, body: object, lowest: str) -> None:
        people: list[tuple[str, Person]] = [("agent", desk.otto), ("supervisor", desk.supervisor), ("admin", desk.admin)]
        allowed = {"agent": 0, "supervisor": 1, "admin": 2}
        for role, person in people:
            answer = await person.ask(method, path, body)
            if allowed[role] < allowed[lowest]:
                assert (answer.status, answer.code) == (403, "access.role_too_low"), role
            else:
                assert answer.status != 403, role
        assert (await desk.stranger.ask(method, path, body)).status == 401

    async def test_no_route_is_open_by_mistake(self, desk: Desk) -> None:
        """Every declared address asks who is there, but for those that must not."""
        described = (await desk.stranger.get("/openapi.json")).json["paths"]
        operations = [(method.upper(), path) for path, methods in described.items() for method in methods]
        open_to_all = set()
        for method, path in operations:
            answer = await desk.stranger.ask(method, "/" + re.sub(r"\{\w+\}", "1", path.replace("{inbox_key}", desk.chat_key)), None)
            if answer.status != 401:
                open_to_all.add((method, path))
        assert open_to_all == {
            ("POST", "/api/v1/session"),
            ("POST", "/api/v1/chat/{inbox_key}/messages"),
            ("GET", "/api/v1/chat/{inbox_key}/messages"),
        }


class TestRestrictedInboxes:
    """Otto is not in the team that the VIP inbox belongs to: for him nothing of it exists."""

    async def test_nothing_of_it_is_there_for_others(self, stored_desk: Desk) -> None:
        desk = stored_desk
        said = await desk.says("A secret about pelicans", inbox=desk.vip, name="Vera Important")
        case, message, conversation = said["case_id"], said["message_id"], said["conversation_id"]
        customer = await desk.customer_of(case)
        reply = (await desk.reply(desk.ines, case)).json
        assert (await desk.otto.get("/cases")).items == []
        assert (await desk.otto.get("/cases/counts")).json["all"] == 0
        assert (await desk.otto.get("/inboxes")).json["items"][0]["name"] != "VIP"
        assert (await desk.otto.get("/conversations")).items == []
        assert (await desk.otto.get("/customers?q=vera")).items == []
        assert (await desk.otto.get("/search?q=pelicans")).items == []
        assert (await desk.otto.get("/search?q=vera")).items == []
        for method, path, body in (
            ("GET", f"/cases/{case}", None),
            ("GET", f"/cases/{case}/timeline", None),
            ("POST", f"/cases/{case}/note", {"text": "x"}),
            ("POST", f"/cases/{case}/reply", {"text": "x", "reply_option": "c1"}),
            ("POST", f"/cases/{case}/status", {"status": "open"}),
            ("POST", f"/cases/{case}/seen", {"message_id": message}),
            ("GET", f"/messages/{message}", None),
            ("GET", f"/messages/{message}/html", None),
            ("GET", f"/messages/{message}/raw", None),
            ("POST", f"/messages/{reply['id']}/undo", {}),
            ("GET", f"/conversations/{conversation}", None),
            ("GET", f"/customers/{customer}", None),
            ("GET", f"/customers/{customer}/timeline", None),
            ("GET", f"/customers/{customer}/identities", None),
            ("PATCH", f"/customers/{customer}", {"name": "Mine"}),
            ("GET", f"/inboxes/{desk.vip}", None),
        ):
            assert (await desk.otto.ask(method, path, body)).status == 404, (method, path)
            if method == "GET" and "/html" not in path and "/raw" not in path:
                assert (await desk.ines.ask(method, path, body)).status == 200, path

    async def test_a_shared_customer_shows_what_may_be_seen_only(self, stored_desk: Desk) -> None:
        desk = stored_desk
        plain = await desk.says("Plain")
        desk.clock.advance(hours=25)  # later than a fresh thread joins the only active case
        secret = await desk.says("Secret", inbox=desk.vip)
        customer = await desk.customer_of(plain["case_id"])
        assert customer == await desk.customer_of(secret["case_id"])
        for path in (f"/cases/{plain['case_id']}/timeline", f"/customers/{customer}/timeline"):
            texts = [entry["message"]["text"] for entry in (await desk.otto.get(path)).items if entry["type"] == "message"]
            assert texts == ["Plain"]
            assert secret["case_id"] not in (await desk.otto.get(path)).content.decode()
        assert [case["id"] for case in (await desk.otto.get(f"/customers/{customer}")).json["open_cases"]] == [plain["case_id"]]

    async def test_a_case_that_both_inboxes_share_shows_others_nothing_of_the_secret_part(self, stored_desk: Desk) -> None:
        """Two inboxes share a case only while both are open to all; one may be closed later."""
        desk = stored_desk
        await desk.admin.patch(f"/inboxes/{desk.vip}", {"is_restricted": False})
        plain, secret = await desk.says("Plain"), await desk.says("Secret", inbox=desk.vip)
        assert plain["case_id"] == secret["case_id"]
        await desk.admin.patch(f"/inboxes/{desk.vip}", {"is_restricted": True})
        for path in ("/cases", f"/cases/{plain['case_id']}", f"/cases/{plain['case_id']}/timeline", "/search?q=secret"):
            assert b"Secret" not in (await desk.otto.get(path)).content, path
        stale = await desk.reply(desk.otto, plain["case_id"], seen_message_id=plain["message_id"])
        assert b"Secret" not in stale.content

    async def test_opens_when_the_agent_joins_the_team(self, desk: Desk) -> None:
        said = await desk.says("A secret", inbox=desk.vip)
        await desk.admin.patch(f"/teams/{desk.team_id}", {"member_ids": [desk.ines.agent_id, desk.otto.agent_id]})
        assert (await desk.otto.get(f"/cases/{said['case_id']}")).status == 200
