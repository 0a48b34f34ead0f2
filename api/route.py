"""Declared routes: the path, who may ask, what is sent and what is answered stand in one place, and serve both requests and the OpenAPI document."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import ClientPayloadError, web
from aiohttp.http_exceptions import ContentEncodingError
from pydantic import BaseModel, ValidationError

from api.access import Pass, admit
from api.crowd import CROWD, Standing
from api.errors import BodyTooLarge, InvalidRequest, Malformed, UnsupportedType
from api.house import HOUSE, House
from api.schemas.common import Body, Query, read_id
from kernel.errors import NotFound
from staff.errors import NotSignedIn
from staff.values import Role, Viewer

H = TypeVar("H", bound=Callable[..., Awaitable[object]])
B = TypeVar("B", bound=BaseModel)

BODY_LIMIT = 1_000_000
READ_WITHIN = 60.0
# What may come back from any address of a kind, without being said each time.
_ALWAYS = (503,)
_WITH_SIGN_IN = (401, 403)
_WITH_IDS = (404,)
_WITH_QUERY = (422,)
_WITH_BODY = (400, 413, 415, 422)


@dataclass(frozen=True, slots=True)
class Bytes:
    """An answer or a body that is no JSON."""

    media_type: str


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way through a handler."""

    request: web.Request
    house: House
    entry: Pass | None

    @property
    def viewer(self) -> Viewer:
        """Who is asking.

        Raises:
            NotSignedIn: the route lets anybody in, and nobody is signed in.
        """
        if self.entry is None:
            raise NotSignedIn
        return self.entry.viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One declared address. `who` is the lowest role that may ask, None for anybody."""

    method: str
    path: str
    handler: Callable[..., Awaitable[object]]
    answers: Mapping[int, type[BaseModel] | Bytes | None]
    refuses: tuple[int, ...]
    who: Role | None
    tag: str
    takes: Bytes | None
    headers: Mapping[str, str]

    @property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """What the handler wants besides the call: path parts, `query`, `body`."""
        return {name: parameter for name, parameter in inspect.signature(self.handler).parameters.items() if name != "call"}

    @property
    def query(self) -> type[Query] | None:
        """The model of what stands behind the question mark."""
        return self.parameters["query"].annotation if "query" in self.parameters else None

    @property
    def body(self) -> type[Body] | None:
        """The model of the JSON body."""
        return self.parameters["body"].annotation if "body" in self.parameters else None

    @property
    def path_parts(self) -> Mapping[str, type]:
        """The names in the path, each an id (int) or a word (str)."""
        return {name: parameter.annotation for name, parameter in self.parameters.items() if name not in ("query", "body")}

    @property
    def pattern(self) -> str:
        """The path as aiohttp matches it: an id is digits, so that `/cases/counts` is nobody's case."""
        pattern = self.path
        for name, kind in self.path_parts.items():
            pattern = pattern.replace(f"{{{name}}}", f"{{{name}:[0-9]+}}") if kind is int else pattern
        return pattern

    @property
    def problems(self) -> list[int]:
        """Every status that a refusal from here may have."""
        found = {*self.refuses, *_ALWAYS}
        found.update(_WITH_SIGN_IN if self.who else ())
        found.update(_WITH_IDS if self.path_parts else ())
        found.update(_WITH_QUERY if self.query else ())
        found.update(_WITH_BODY if self.body or self.takes else ())
        return sorted(found)

    def serving(self) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Return the handler as aiohttp calls it: let in, read, ask, show."""
        query, body, parts, who, ask = self.query, self.body, self.path_parts, self.who, self.handler
        status, shape = next(iter(self.answers.items()))

        async def serve(request: web.Request) -> web.StreamResponse:
            entry = await admit(request, who) if who else None
            arguments: dict[str, object] = {name: _part(request, name, kind) for name, kind in parts.items()}
            if query is not None:
                arguments["query"] = read_query(request, query)
            if body is not None:
                arguments["body"] = await read_json(request, body)
            answer = await ask(Call(request, request.app[HOUSE], entry), **arguments)
            if isinstance(answer, web.StreamResponse):
                return answer
            if shape is None or not isinstance(answer, BaseModel):
                return web.Response(status=status)
            return show(answer, status)

        return serve


class Routes:
    """The routes of one resource; `tag` groups them in the documentation."""

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self._declared: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        """Return what was declared, in order."""
        return iter(self._declared)

    def route(
        self,
        method: str,
        path: str,
        *,
        answers: Mapping[int, type[BaseModel] | Bytes | None],
        refuses: tuple[int, ...] = (),
        who: Role | None = Role.AGENT,
        takes: Bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Callable[[H], H]:
        """Declare a handler `(call, <path parts>, query?, body?)`; the first of `answers` is what its return value is sent as."""

        def declare(handler: H) -> H:
            self._declared.append(
                Route(method=method, path=path, handler=handler, answers=answers, refuses=refuses, who=who, tag=self._tag, takes=takes, headers=headers or {})
            )
            return handler

        return declare


def show(answer: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return a shape as JSON that nobody may cache."""
    return web.Response(
        body=answer.model_dump_json(by_alias=True).encode(),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def _part(request: web.Request, name: str, kind: type) -> object:
    text = request.match_info[name]
    if kind is not int:
        return text
    number = read_id(text)
    if number is None:
        raise NotFound(name.removesuffix("_id").replace("_", " "), text[:40])
    return number


def read_query(request: web.Request, model: type[B]) -> B:
    """Return the query, checked; of a repeated parameter the last counts, an empty one is as none.

    Raises:
        InvalidRequest: it does not fit.
    """
    try:
        return model.model_validate({name: value for name, value in request.query.items() if value != ""})
    except ValidationError as error:
        raise _invalid(error) from None


async def read_json(request: web.Request, model: type[B], limit: int = BODY_LIMIT) -> B:
    """Return the JSON body, checked.

    Raises:
        UnsupportedType: it says it is something else.
        Malformed: it is no JSON.
        BodyTooLarge: it has more than `limit` bytes.
        InvalidRequest: it does not fit.
    """
    if request.content_type != "application/json":
        raise UnsupportedType("application/json")
    try:
        return model.model_validate_json(await read_bytes(request, limit))
    except ValidationError as error:
        if any(part["type"] == "json_invalid" for part in error.errors(include_url=False, include_context=False, include_input=False)):
            raise Malformed from None
        raise _invalid(error) from None


async def read_bytes(request: web.Request, limit: int, within: float | None = None) -> bytes:
    """Return the body, refused as soon as it is longer than `limit` bytes or slower than `within` seconds (a minute).

    Raises:
        BodyTooLarge: it is longer.
        HTTPRequestTimeout: it took longer.
        Overloaded: with all the others that are coming it is more than we hold.
    """
    if (request.content_length or 0) > limit:
        raise BodyTooLarge(limit)
    parts: list[bytes] = []
    size = 0
    crowd = request.app[CROWD]
    try:
        if request.content.is_eof():
            # All of it is here, as a vendor's call nearly always is: nothing to wait for, nobody to time.
            body = request.content.read_nowait()
            if len(body) > limit:
                raise BodyTooLarge(limit)
            return body
        with crowd.at(request, Standing.AWAITED), crowd.load.carrying() as grown:
            async with asyncio.timeout(within or READ_WITHIN):
                async for part in request.content.iter_any():
                    size += len(part)
                    if size > limit:
                        raise BodyTooLarge(limit)
                    grown(size)
                    parts.append(part)
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except RuntimeError:
        # What aiohttp says where the other end has gone before we began to read.
        if request.transport is not None:
            raise
        raise ConnectionResetError from None
    except (ClientPayloadError, ContentEncodingError):
        raise Malformed("The body broke off or is not encoded as it says.") from None
    return b"".join(parts)


def _invalid(error: ValidationError) -> InvalidRequest:
    found: list[Any] = error.errors(include_url=False, include_context=False, include_input=False)
    return InvalidRequest([(".".join(str(step) for step in part["loc"]) or "body", part["msg"].removeprefix("Value error, ")) for part in found[:20]])
