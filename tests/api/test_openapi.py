"""The OpenAPI document: valid 3.1, true to the routes, and true when it is tried at random."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from jsonschema_rs import Draft202012Validator

from api.app import ROUTES
from tests.api.desk import Desk, Json

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


class TestAtRandom:
    # In two parts, so that two workers share them.
    @pytest.mark.parametrize("tags", ["^(cases|messages|files|chat|session)$", "^(?!(cases|messages|files|chat|session)$)"])
    async def test_answers_only_as_it_says_and_never_with_a_fault(self, desk: Desk, tmp_path: Path, tags: str) -> None:
        """Schemathesis over the document, by URL: every operation, well and badly filled in, on ids that exist."""
        config = tmp_path / "schemathesis.toml"
        config.write_text(_config(await _ids(desk)))
        program = await desk.program(desk.admin.agent_id)
        url = str(desk.server.make_url("/api/v1/openapi.json"))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", url, "--url", str(desk.server.make_url("/")),
            "--include-tag-regex", tags, "--checks", _CHECKS, "--phases", "coverage,fuzzing", "--max-examples", "3", "--seed", "1",
            "--generation-deterministic", "--suppress-health-check", "all", "--warnings", "off", "--no-color",
            "--header", f"Authorization: {program['Authorization']}",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=tmp_path, env={**os.environ, "COLUMNS": "160"},
        )  # fmt: skip
        output, _ = await process.communicate()
        assert process.returncode == 0, output.decode()[-12_000:]
        assert b"generated" in output


async def _ids(desk: Desk) -> Json:
    """Return something real for every id that stands in a path."""
    said = await desk.says("Hello", name="Ada Fuller")
    other = await desk.says("Hi", sender="+447700900002")
    customer, second = await desk.customer_of(said["case_id"]), await desk.customer_of(other["case_id"])
    link = (await desk.admin.post(f"/customers/{customer}/merge", {"other_id": second})).json["link_id"]
    file = (await desk.otto.post("/uploads", content=b"x", headers={"Content-Type": "text/plain"})).json["id"]
    reply = (await desk.reply(desk.otto, said["case_id"])).json["id"]
    token = (await desk.otto.post("/tokens", {"name": "x"})).json["id"]
    # Not the agent whose program asks: whoever is made inactive is let in no more.
    return {
        "case_id": said["case_id"], "message_id": reply, "conversation_id": said["conversation_id"], "customer_id": customer, "link_id": link,
        "attachment_id": file, "token_id": token, "agent_id": desk.ines.agent_id, "team_id": desk.team_id, "inbox_id": desk.vip, "inbox_key": desk.chat_key,
    }  # fmt: skip


def _config(ids: Json) -> str:
    return "[parameters]\n" + "\n".join(f'"path.{name}" = "{value}"' for name, value in ids.items()) + "\n"
