"""Logs: one line an event, as JSON or for a terminal; never a message's text, an address or a token."""

import asyncio
import logging
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType

import structlog

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def configure(level: str = "INFO", as_json: bool = False) -> None:
    """Set up structlog and send the standard library's logging the same way."""
    numeric = logging.getLevelNamesMapping()[level.upper()]
    renderer: structlog.typing.Processor
    if as_json:
        renderer = structlog.processors.JSONRenderer()
    else:
        # Its own way with exceptions shows the values of all variables.
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(lambda exc_info: origin_of(exc_info[1])),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Wordless("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=max(numeric, logging.WARNING), handlers=[handler])


def origin_of(error: BaseException) -> str:
    """Return of which kinds an error and its causes are and where they were raised, never what they say: a database's words quote the row."""
    return "\n".join(line for one in _chain(error) for line in (*frames_of(one), type(one).__qualname__))


def frames_of(error: BaseException) -> list[str]:
    """Return the places that an error came through, the outermost first."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]


def kinds_of(error: BaseException) -> str:
    """Return the kinds of an error and of what it came from, in a few words."""
    return " from ".join(type(one).__qualname__ for one in reversed(list(_chain(error))))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error's causes, the first one first, and the error itself."""
    if error.__cause__ is not None:
        yield from _chain(error.__cause__)
    yield error


class Wordless(logging.Formatter):
    """Writes the standard library's records, whose errors are told as ours are."""

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802  # logging's name
        """Return where an error came from."""
        return "" if ei[1] is None else origin_of(ei[1])


def heed_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Log what nobody waited for; asyncio's own words hold those of the error."""
    log = structlog.get_logger()
    loop.set_exception_handler(lambda _loop, context: log.error("loop", what=context["message"], exc_info=context.get("exception")))
