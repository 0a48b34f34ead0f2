"""Hooks of Schemathesis, loaded by its own process: every second question names something hidden, and no answer may tell of it.

What is hidden comes in the environment: `KINDRED_HIDDEN` is {"ids": {path part: id}, "every": [ids], "word": a word} as JSON.
"""

import os
from itertools import count
from typing import Any

import orjson
import schemathesis
from schemathesis import Case, Response
from schemathesis.checks import CheckContext
from schemathesis.hooks import HookContext

_hidden = orjson.loads(os.environ["KINDRED_HIDDEN"])
_asked = count()


@schemathesis.hook
def before_call(context: HookContext, case: "Case[Any]", kwargs: dict[str, object]) -> None:
    """Name something hidden in the path of every second question."""
    if next(_asked) % 2:
        for name, number in _hidden["ids"].items():
            if name in case.path_parameters:
                case.path_parameters[name] = number


@schemathesis.check
def tells_nothing(ctx: CheckContext, response: Response, case: "Case[Any]") -> bool | None:
    """Fail when an answer holds a word or an id of what is hidden that the question did not name."""
    said = response.content.decode(errors="replace")
    asked = f"{case.formatted_path} {case.query} {case.body!r} {case.headers}"
    told = [one for one in (_hidden["word"], *_hidden["every"]) if one in said and one not in asked]
    if told:
        raise AssertionError(f"{case.method} {case.formatted_path} tells of {told}")
    return None
