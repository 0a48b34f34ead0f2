"""Turns refusals and faults into HTTP answers: the one table of statuses, and the web's last `except`."""

import logging
import re
import secrets
import time
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus

import orjson
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from api.errors import InvalidRequest, Malformed, UnsupportedType
from kernel.errors import (
    Conflict,
    Fault,
    Forbidden,
    Invalid,
    KindredError,
    NotFound,
    Refusal,
    StorageUnavailable,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    Undeliverable,
)
from kernel.log import frames_of, kinds_of

log = structlog.get_logger()

# The nearest ancestor decides.
STATUS: Mapping[type[KindredError], int] = {
    Malformed: 400,
    UnsupportedType: 415,
    Invalid: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    TooMany: 429,
    Refusal: 400,
    StorageUnavailable: 503,
    Unavailable: 503,
    Undeliverable: 502,
    Fault: 500,
    KindredError: 500,
}
_BUSY = timedelta(seconds=2)
_CAPITALS = re.compile(r"(?<=[a-z])(?=[A-Z])")
MEDIA_TYPE = "application/problem+json"


def status_of(error: KindredError) -> int:
    """Return the HTTP status for a refusal or a fault."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(error: KindredError) -> web.Response:
    """Return the answer (RFC 9457) that tells a refusal or a fault."""
    status = status_of(error)
    headers = {}
    if status in (429, 503):
        wait = getattr(error, "retry_after", None) or _BUSY
        headers["Retry-After"] = str(max(1, round(wait.total_seconds())))
    errors = [{"path": path, "message": message} for path, message in error.errors] if isinstance(error, InvalidRequest) else None
    return _answer(status, error.code, _CAPITALS.sub(" ", type(error).__name__).capitalize(), error.sentence, error.details, errors, headers)


def _answer(
    status: int,
    code: str,
    title: str,
    detail: str,
    details: Mapping[str, object],
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    body: dict[str, object] = {
        "type": f"urn:kindred:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "details": {name: _wire(name, value) for name, value in details.items()},
    }
    if errors is not None:
        body["errors"] = errors
    return web.Response(body=orjson.dumps(body, default=str), status=status, content_type=MEDIA_TYPE, headers={"Cache-Control": "no-store", **(headers or {})})


def _wire(name: str, value: object) -> object:
    return str(value) if isinstance(value, int) and (name == "id" or name.endswith("_id")) else value


def _from_aiohttp(error: web.HTTPException) -> web.Response:
    phrase = HTTPStatus(error.status).phrase
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
    return _answer(error.status, f"http.{phrase.lower().replace(' ', '_').replace('-', '_')}", phrase, error.text or phrase, {}, headers=headers)


def _unexpected(request: web.Request, error: Exception) -> web.Response:
    """Log where it happened, never what was in it: a database's words quote the row."""
    fault = secrets.token_hex(6)
    log.error("request failed", fault=fault, route=route_of(request), error=kinds_of(error), frames=frames_of(error))
    return _answer(500, "server.fault", "Internal server error", f"Something went wrong on our side; the log has it under {fault}.", {"fault": fault})


def route_of(request: web.Request) -> str:
    """Return the address of a request as it was declared: no ids, no query, nothing personal."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "(none)"


class _Wordless(logging.Filter):
    """Tells of what could not even be read as HTTP by its kind alone: aiohttp's own words quote the request."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0] is not None:
            record.msg, record.args, record.exc_info = "request could not be read: %s", (record.exc_info[0].__name__,), None
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True


_wordless = _Wordless()


def quieten(logger: logging.Logger) -> None:
    """Keep what requests hold out of aiohttp's own log."""
    # Adding the same filter again changes nothing.
    logger.addFilter(_wordless)


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every refusal and fault as a problem, and log each request in one line without personal data."""
    began = time.perf_counter()
    try:
        response = await handler(request)
    except KindredError as error:
        response = problem(error)
        if response.status == 500:
            response = _unexpected(request, error)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        response = _from_aiohttp(error)
    except ConnectionError:
        raise
    except Exception as error:
        response = _unexpected(request, error)
    log.info("request", method=request.method, route=route_of(request), status=response.status, ms=round((time.perf_counter() - began) * 1000, 1))
    return response
