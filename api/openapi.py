"""The OpenAPI 3.1 document, made from the same declarations that serve the requests."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from api.problems import MEDIA_TYPE
from api.route import Bytes, Route
from api.schemas.common import ID_PATTERN, Problem

Json = dict[str, Any]
References = Mapping[Any, Json]
_REF = "#/components/schemas/{model}"
_INTRODUCTION = "E-mail, SMS, web chat and Telegram in one timeline. Ids are 64-bit and travel as strings; moments are ISO 8601 in UTC."
_WORDS = {
    400: "The body cannot be read.",
    401: "Nobody is signed in.",
    403: "Not theirs to do.",
    404: "There is none, or none that may be seen.",
    409: "It no longer fits the state of things.",
    413: "More than is taken.",
    415: "Of a media type that is not taken.",
    422: "It does not fit its schema, or makes no sense.",
    429: "Too often; Retry-After says when again.",
    502: "A vendor will not take it.",
    503: "It cannot be taken now; Retry-After says when again.",
}


def document(routes: Sequence[Route], base_url: str) -> Json:
    """Return the whole document for these routes."""
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(Problem, "serialization"): None}
    for route in routes:
        if route.body:
            wanted[route.body, "validation"] = None
        for shape in route.answers.values():
            if isinstance(shape, type):
                wanted[shape, "serialization"] = None
    references, definitions = models_json_schema(list(wanted), ref_template=_REF)
    paths: dict[str, Json] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Kindred",
            "version": "1",
            "description": _INTRODUCTION,
        },
        "servers": [{"url": base_url}],
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "__Host-kindred_session" if base_url.startswith("https://") else "kindred_session",
                    "description": "Made by POST /api/v1/session; changes also need X-CSRF-Token.",
                },
                "token": {"type": "http", "scheme": "bearer", "description": "An API token: kindred token create, or POST /api/v1/tokens."},
            },
        },
    }


def _operation(route: Route, references: References) -> Json:
    words = inspect.getdoc(route.handler) or ""
    operation: Json = {
        "operationId": f"{route.tag}_{route.handler.__name__}".replace("-", "_"),
        "tags": [route.tag],
        "summary": words.split("\n")[0],
        "responses": {**_answers(route, references), **{str(status): _refusal(status, references) for status in route.problems}},
        "security": [{"session": []}, {"token": []}] if route.who else [],
    }
    if route.who:
        operation["description"] = f"For {route.who} and above." if route.who != "admin" else "For admins."
    if parameters := [*_path(route), *_query(route), *_headers(route)]:
        operation["parameters"] = parameters
    if route.body:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": references[route.body, "validation"]}}}
    elif route.takes:
        operation["requestBody"] = {"required": True, "content": {route.takes.media_type: {"schema": {"type": "string", "format": "binary"}}}}
    return operation


def _answers(route: Route, references: References) -> Json:
    answers: Json = {}
    for status, shape in route.answers.items():
        answer: Json = {"description": "Done." if shape is None else "As asked."}
        if isinstance(shape, Bytes):
            answer["content"] = {shape.media_type: {"schema": {"type": "string"} if shape.media_type.startswith("text/") else {}}}
        elif shape is not None:
            answer["content"] = {"application/json": {"schema": references[shape, "serialization"]}}
        answers[str(status)] = answer
    return answers


def _refusal(status: int, references: References) -> Json:
    return {"description": _WORDS[status], "content": {MEDIA_TYPE: {"schema": references[Problem, "serialization"]}}}


def _path(route: Route) -> list[Json]:
    schemas = {int: {"type": "string", "pattern": ID_PATTERN}, str: {"type": "string"}}
    return [{"name": name, "in": "path", "required": True, "schema": schemas[kind]} for name, kind in route.path_parts.items()]


def _query(route: Route) -> list[Json]:
    if route.query is None:
        return []
    schema = TypeAdapter(route.query).json_schema(mode="validation")
    shared = schema.get("$defs", {})
    required = schema.get("required", [])
    return [{"name": name, "in": "query", "required": name in required, "schema": _inlined(part, shared)} for name, part in schema["properties"].items()]


def _headers(route: Route) -> list[Json]:
    return [{"name": name, "in": "header", "required": False, "description": words, "schema": {"type": "string"}} for name, words in route.headers.items()]


def _inlined(part: Json, shared: dict[str, Json]) -> Json:
    """Return a query parameter's schema without references and without null: a parameter that is not there says the same."""
    reference = part.get("$ref")
    if isinstance(reference, str):
        part = {**shared[reference.rsplit("/", 1)[-1]], **{name: value for name, value in part.items() if name != "$ref"}}
    choices = part.get("anyOf")
    if isinstance(choices, list):
        real = [_inlined(choice, shared) for choice in choices if choice.get("type") != "null"]
        rest = {name: value for name, value in part.items() if name not in ("anyOf", "default")}
        return {**rest, **real[0]} if len(real) == 1 else {**rest, "anyOf": real}
    return {name: value for name, value in part.items() if name != "title"}
