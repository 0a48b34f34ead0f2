"""The OpenAPI document: valid 3.1, true to the routes, and true when it is tried at random."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from argon2 import PasswordHasher
from jsonschema_rs import Draft202012Validator

from api.app import ROUTES
from kernel import crypto
from tests.api.desk import Desk, Json
from tests.architecture.source import ROOT
from tests.security.hidden import WORD, plant
from tests.support.torture import seed, size

_CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,unsupported_method"


class TestDocument:
    async def test_describes_every_declared_address(self, desk: Desk) -> None:
        document = (await desk.stranger.get("/openapi.json")).json
        assert document["openapi"] == "3.1.0"
        described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
        assert described == {(route.method, route.path) for route in ROUTES}
        operations = [operation for methods in document["paths"].values() for operation in methods.values()]
        names = [operation["operationId"] for operation in operations]
        assert len(set(names)) == len(names)
        assert all(operation["summary"] and operation["tags"] for operation in operations)

    async def test_points_at_nothing_that_is_not_there_and_holds_schemas_only(self, desk: Desk) -> None:
        document = (await desk.stranger.get("/openapi.json")).json
        schemas = document["components"]["schemas"]
        for reference in _references(document):
            assert reference.removeprefix("#/components/schemas/") in schemas, reference
        for name, schema in schemas.items():
            assert schema.get("description") or "enum" in schema or name == "JsonValue", f"{name} says nothing of itself"
            Draft202012Validator({**schema, "components": document["components"]})

    async def test_is_readable_without_scripts_or_foreign_origins(self, desk: Desk) -> None:
        page = await desk.stranger.get("/docs")
        text = page.content.decode()
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "<script" not in text
        assert "://" not in text.replace("http://www.w3.org", "")
        assert all(route.path in text for route in ROUTES)


def _references(part: object) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [reference for value in part.values() for reference in _references(value)]
    return [reference for value in part for reference in _references(value)] if isinstance(part, list) else []


# In two parts, so that two workers share them.
_PARTS = ("^(cases|messages|files|chat|session)$", "^(?!(cases|messages|files|chat|session)$)")
_HOOKS = "tests.security.at_random"


@pytest.mark.torture
class TestAtRandom:
    """Schemathesis over the document, by URL: every operation, well and badly filled in, on ids that exist; in the long form 200 times each."""

    @pytest.mark.parametrize("tags", _PARTS)
    async def test_answers_only_as_it_says_and_never_with_a_fault(self, desk: Desk, tmp_path: Path, tags: str, cheap: None) -> None:
        program = await desk.program(desk.admin.agent_id)
        # Not the agent whose program asks: whoever is made inactive is let in no more.
        await _try(desk, tmp_path, tags, program["Authorization"], await _ids(desk), size(3, 200))

    @pytest.mark.parametrize("tags", _PARTS)
    async def test_tells_an_agent_with_little_access_nothing_of_another_inbox(self, desk: Desk, tmp_path: Path, tags: str, cheap: None) -> None:
        ids, hidden = await _ids(desk), await plant(desk)
        program = await desk.program(desk.otto.agent_id)
        told = {"ids": hidden.ids, "every": sorted(hidden.every), "word": WORD}
        output = await _try(desk, tmp_path, tags, program["Authorization"], ids, size(1, 200), KINDRED_HIDDEN=orjson.dumps(told).decode())
        assert "tells_nothing" in output or "No issues found" in output


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords that cost next to nothing: thousands are set here, and none is looked at."""
    monkeypatch.setattr(crypto, "_passwords", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    crypto._nobody.cache_clear()
    yield
    crypto._nobody.cache_clear()


async def _try(desk: Desk, folder: Path, tags: str, authorization: str, ids: Json, examples: int, **hidden: str) -> str:
    """Run Schemathesis in a process of its own; fail with what it says, else return that."""
    config = folder / "schemathesis.toml"
    config.write_text(_config(ids))
    url = str(desk.server.make_url("/api/v1/openapi.json"))
    hooks = {"SCHEMATHESIS_HOOKS": _HOOKS, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])} if hidden else {}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", url, "--url", str(desk.server.make_url("/")),
        "--include-tag-regex", tags, "--checks", _CHECKS + (",tells_nothing" if hidden else ""), "--phases", "fuzzing" if hidden else "coverage,fuzzing",
        "--max-examples", str(examples), "--seed", str(size(1, int(seed()))), "--suppress-health-check", "all", "--warnings", "off", "--no-color",
        "--continue-on-failure", "--max-failures", "20", "--generation-database", "none", "--header", f"Authorization: {authorization}",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=folder, env={**os.environ, "COLUMNS": "160", **hooks, **hidden},
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()[-12_000:]
    assert b"generated" in output
    return output.decode()


async def _ids(desk: Desk) -> Json:
    """Return something real for every id that stands in a path."""
    said = await desk.says("Hello", name="Ada Fuller")
    other = await desk.says("Hi", sender="+447700900002")
    customer, second = await desk.customer_of(said["case_id"]), await desk.customer_of(other["case_id"])
    link = (await desk.admin.post(f"/customers/{customer}/merge", {"other_id": second})).json["link_id"]
    file = (await desk.otto.post("/uploads", content=b"x", headers={"Content-Type": "text/plain"})).json["id"]
    reply = (await desk.reply(desk.otto, said["case_id"])).json["id"]
    token = (await desk.otto.post("/tokens", {"name": "x"})).json["id"]
    return {
        "case_id": said["case_id"], "message_id": reply, "conversation_id": said["conversation_id"], "customer_id": customer, "link_id": link,
        "attachment_id": file, "token_id": token, "agent_id": desk.ines.agent_id, "team_id": desk.team_id, "inbox_id": desk.vip, "inbox_key": desk.chat_key,
    }  # fmt: skip


def _config(ids: Json) -> str:
    return "[parameters]\n" + "\n".join(f'"path.{name}" = "{value}"' for name, value in ids.items()) + "\n"
