"""Every refusal and every fault is told as a problem, with nothing in it that is nobody's business."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
from structlog.testing import capture_logs

from api.problems import STATUS, status_of
from kernel.errors import Conflict, Fault, KindredError, NotFound, Refusal, StorageUnavailable, TooMany, Unavailable, Undeliverable
from kernel.uow import UnitOfWork
from tests.api.desk import Desk


class TestStatus:
    @pytest.mark.parametrize(
        ("error", "status"),
        [
            pytest.param(Conflict, 409, id="conflict"),
            pytest.param(NotFound, 404, id="not found"),
            pytest.param(TooMany, 429, id="too many"),
            pytest.param(StorageUnavailable, 503, id="storage"),
            pytest.param(Unavailable, 503, id="unavailable"),
            pytest.param(Undeliverable, 502, id="undeliverable"),
            pytest.param(Fault, 500, id="fault"),
            pytest.param(Refusal, 400, id="refusal"),
        ],
    )
    def test_is_that_of_the_nearest_kind(self, error: type[KindredError], status: int) -> None:
        class Particular(error):  # type: ignore[misc, valid-type]
            def __init__(self) -> None:
                KindredError.__init__(self, "No.")

        assert status_of(Particular()) == status

    def test_knows_every_kind_of_the_tree(self) -> None:
        kinds = {kind for family in (Refusal, Fault) for kind in family.__subclasses__() if kind.__module__ == "kernel.errors"}
        assert kinds
        assert set(STATUS) >= {KindredError, Refusal, Fault, *kinds}


class TestRequests:
    @pytest.mark.parametrize(
        ("content", "media_type", "status", "code"),
        [
            pytest.param(b"{", "application/json", 400, "request.malformed", id="half of JSON"),
            pytest.param(b"", "application/json", 400, "request.malformed", id="nothing"),
            pytest.param(b"\xff\xfe", "application/json", 400, "request.malformed", id="no UTF-8"),
            pytest.param(b'{"name": "\\ud800"}', "application/json", 400, "request.malformed", id="half of a character"),
            pytest.param(b"[" * 100_000, "application/json", 400, "request.malformed", id="too deep"),
            pytest.param(b"[]", "application/json", 422, "request.invalid", id="a list"),
            pytest.param(b"null", "application/json", 422, "request.invalid", id="null"),
            pytest.param(b'{"name": 1}', "application/json", 422, "request.invalid", id="a number for a name"),
            pytest.param(b'{"name": "x", "more": 1}', "application/json", 422, "request.invalid", id="more than is asked"),
            pytest.param(b"name=x", "application/x-www-form-urlencoded", 415, "request.unsupported_type", id="a form"),
            pytest.param(b'{"name": "x"}', "text/plain", 415, "request.unsupported_type", id="text, as a foreign page may send it"),
            pytest.param(b" " * 1_000_001, "application/json", 413, "request.too_large", id="too much"),
        ],
    )
    async def test_are_refused_with_a_clear_word(self, desk: Desk, content: bytes, media_type: str, status: int, code: str) -> None:
        answer = await desk.otto.post("/tokens", content=content, headers={"Content-Type": media_type})
        assert (answer.status, answer.code) == (status, code)

    async def test_are_refused_as_soon_as_they_are_too_long(self, desk: Desk) -> None:
        """Also when they do not say how long they are."""

        async def endless() -> AsyncIterator[bytes]:
            while True:
                yield b" " * 65_536

        url = desk.server.make_url("/api/v1/tokens")
        headers = {**desk.otto.proof, "Content-Type": "application/json"}
        async with desk.otto.client.session.post(url, data=endless(), headers=headers) as response:
            assert response.status == 413

    async def test_name_the_fields_that_do_not_fit(self, desk: Desk) -> None:
        answer = await desk.admin.post("/agents", {"name": "", "email": "x", "password": "hunter2"})
        assert [error["path"] for error in answer.json["errors"]] == ["name", "email", "password"]
        assert b"hunter2" not in answer.content

    async def test_with_far_too_long_a_query_hear_what_is_wrong_with_it(self, desk: Desk) -> None:
        """A thousand letters of nine bytes each are more than a web server's usual first line."""
        answer = await desk.ines.get(f"/search?q={quote('灯' * 1_000)}")
        assert answer.status == 422

    async def test_of_a_wrong_method_say_which_are_right(self, desk: Desk) -> None:
        answer = await desk.otto.delete("/agents")
        assert (answer.status, answer.code) == (405, "http.method_not_allowed")
        assert {"GET", "POST"} <= set(answer.headers["Allow"].split(","))

    async def test_of_an_address_that_is_none_are_problems_too(self, desk: Desk) -> None:
        assert (await desk.otto.get("/nothing")).code == "http.not_found"

    async def test_that_are_no_http_leave_no_word_of_theirs_in_the_log(self, desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", desk.server.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Secret: hunter2\x00\r\n\r\n")
        answer = await reader.read()
        writer.close()
        assert answer.startswith((b"HTTP/1.0 400", b"HTTP/1.1 400"))
        assert "request could not be read" in caplog.text
        assert "hunter2" not in caplog.text


class TestFaults:
    async def test_are_told_by_a_number_and_logged_without_what_was_in_them(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        async def broken(uow: UnitOfWork, *_: object) -> None:
            raise ValueError("somebody's secret") from KeyError("another secret")

        monkeypatch.setattr("staff.service.teams", broken)
        with capture_logs() as logs:
            answer = await desk.otto.get("/teams")
        assert (answer.status, answer.code) == (500, "server.fault")
        [line] = [entry for entry in logs if entry["event"] == "request failed"]
        assert (line["fault"], line["error"]) == (answer.json["details"]["fault"], "ValueError from KeyError")
        assert any("test_problems" in frame for frame in line["frames"])
        assert "secret" not in answer.content.decode() + str(logs)

    async def test_of_storage_ask_to_come_again(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        async def full(uow: UnitOfWork, *_: object) -> None:
            raise StorageUnavailable

        monkeypatch.setattr("staff.service.teams", full)
        answer = await desk.otto.get("/teams")
        assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "storage.unavailable", "2")

    async def test_leave_a_line_for_each_request_without_its_query(self, desk: Desk) -> None:
        with capture_logs() as logs:
            await desk.otto.get("/customers?q=ada@example.com")
        [line] = [entry for entry in logs if entry["event"] == "request"]
        assert (line["method"], line["route"], line["status"]) == ("GET", "/api/v1/customers", 200)
        assert "ada@example.com" not in str(logs)
