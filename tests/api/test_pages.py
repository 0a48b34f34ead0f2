"""What browsers load: the workspace, the widget, their files, and the headers that fence them in."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from api.app import build_app
from tests.api.desk import Desk, Person


@pytest.fixture
async def built(desk: Desk, tmp_path: Path) -> AsyncIterator[Person]:
    """Somebody who looks at a desk whose browser side is built."""
    dist = tmp_path / "dist"
    files = {
        "index.html": "<!doctype html><title>Workspace</title>",
        "widget.html": "<!doctype html><title>Chat</title>",
        "w.js": "loader()",
        "assets/index-AbCd_123.js": "work()",
        "assets/index-AbCd_123.js.br": "smaller",
        "assets/favicon.svg": "<svg/>",
        "widget/widget-AbCd_123.css": "a{}",
    }
    for name, text in files.items():
        (dist / name).parent.mkdir(parents=True, exist_ok=True)
        (dist / name).write_text(text)
    (tmp_path / "secret.txt").write_text("secret")
    server = TestServer(build_app(replace(desk.estate.house, ui_dist=dist)), host="127.0.0.1")
    async with server:
        person = replace(desk, server=server).browser()
        yield person
        await person.client.session.close()


class TestWorkspace:
    @pytest.mark.parametrize("path", ["/", "/inbox/mine", "/inbox/all/123", "/reports", "/sign-in", "/wide/open"])
    async def test_is_there_under_its_own_paths(self, built: Person, path: str) -> None:
        page = await built.get("/" + path)
        assert (page.status, b"Workspace" in page.content, page.headers["Cache-Control"]) == (200, True, "no-cache")

    async def test_may_run_and_load_only_what_is_ours(self, built: Person) -> None:
        headers = (await built.get("//")).headers
        policy = headers["Content-Security-Policy"]
        assert all(word in policy for word in ("default-src 'self'", "script-src 'self';", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"))
        assert "unsafe-eval" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"

    @pytest.mark.parametrize("path", ["/api/v1/nothing", "/api", "/hooks", "/ws", "/robots.txt", "/assets/nothing.js", "/widget/nothing.js", "/w/nothing"])
    async def test_does_not_stand_in_for_what_is_not_there(self, built: Person, path: str) -> None:
        answer = await built.get("/" + path)
        assert (answer.status, answer.code) == (404, "http.not_found")

    async def test_says_how_it_is_built_when_it_is_not(self, desk: Desk, tmp_path: Path) -> None:
        server = TestServer(build_app(replace(desk.estate.house, ui_dist=tmp_path / "none")), host="127.0.0.1")
        async with server:
            person = replace(desk, server=server).browser()
            page = await person.get("//")
            assert (page.status, b"make run" in page.content) == (503, True)
            await person.client.session.close()


class TestFiles:
    async def test_keeps_for_ever_what_carries_its_digest(self, built: Person) -> None:
        hashed, plain = await built.get("//assets/index-AbCd_123.js", headers={"Accept-Encoding": "identity"}), await built.get("//assets/favicon.svg")
        assert (hashed.content, hashed.headers["Cache-Control"]) == (b"work()", "public, max-age=31536000, immutable")
        assert plain.headers["Cache-Control"] == "public, max-age=300"
        assert "javascript" in hashed.headers["Content-Type"]

    @pytest.mark.parametrize(
        "path",
        [
            "/assets/../../secret.txt",
            "/assets/%2e%2e/%2e%2e/secret.txt",
            "/assets/..%2f..%2fsecret.txt",
            "/assets//etc/passwd",
            "/assets/%00",
            "/widget/" + "x" * 5000,
        ],
    )
    async def test_gives_out_nothing_beside_them(self, built: Person, path: str) -> None:
        answer = await built.get("/" + path)
        assert answer.status == 404
        assert b"secret" not in answer.content

    async def test_gives_the_loader_to_any_site(self, built: Person) -> None:
        headers = (await built.get("//w.js")).headers
        assert (headers["Access-Control-Allow-Origin"], headers["Cross-Origin-Resource-Policy"]) == ("*", "cross-origin")
        assert headers["Cache-Control"] == "public, max-age=300"


class TestWidget:
    async def test_may_be_framed_by_any_site_until_the_inbox_says_which(self, desk: Desk, built: Person) -> None:
        page = await built.get(f"//w/{desk.chat_key}")
        assert (page.status, b"Chat" in page.content) == (200, True)
        assert "frame-ancestors *;" in page.headers["Content-Security-Policy"]
        sites = "https://shop.example.com, https://*.example.org;script-src *, javascript:alert(1), https://Shop.Example"
        await desk.admin.patch(f"/inboxes/{desk.chat}", {"settings": {"allowed_origins": sites}})
        desk.clock.advance(seconds=10)
        policy = (await built.get(f"//w/{desk.chat_key}")).headers["Content-Security-Policy"]
        assert "frame-ancestors https://shop.example.com https://shop.example;" in policy
        assert policy.count("script-src") == 1


class TestHealthAndMetrics:
    async def test_says_that_it_can_work(self, stored_desk: Desk) -> None:
        answer = await stored_desk.stranger.get("//healthz")
        assert (answer.status, answer.json) == (200, {"status": "ok", "database": "ok"})

    async def test_says_when_it_cannot(self, desk: Desk) -> None:
        async def is_migrated() -> bool:
            return False

        server = TestServer(build_app(replace(desk.estate.house, is_migrated=is_migrated)), host="127.0.0.1")
        async with server:
            person = replace(desk, server=server).browser()
            answer = await person.get("//healthz")
            assert (answer.status, answer.json["database"]) == (503, "not migrated")
            await person.client.session.close()

    async def test_counts_for_this_machine_and_for_admins_only(self, desk: Desk) -> None:
        await desk.says("Hello")
        here = await desk.stranger.get("//metrics")
        assert (here.status, b"kindred_messages_received_total 1.0" in here.content) == (200, True)
        assert here.headers["Content-Type"].startswith("text/plain")
        forwarded = {"X-Forwarded-For": "203.0.113.9"}
        assert (await desk.stranger.get("//metrics", headers=forwarded)).status == 401
        assert (await desk.otto.get("//metrics", headers=forwarded)).code == "access.role_too_low"
        assert (await desk.stranger.get("//metrics", headers={**forwarded, **await desk.program(desk.admin.agent_id)})).status == 200
