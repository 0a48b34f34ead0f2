"""Words that all shapes share: ids, moments, pages, problems, and text that a database will take."""

from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar, cast

import orjson
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    JsonValue,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from kernel.text import clean

T = TypeVar("T")
ID_PATTERN = "^[0-9]{1,19}$"
_ID_SCHEMA = WithJsonSchema({"type": "string", "pattern": ID_PATTERN, "description": "A 64-bit id, as a string."})


def read_id(text: str) -> int | None:
    """Return the id in a string of digits, or None when there is none within 63 bits."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 19):
        return None
    number = int(text)
    return number if number < 1 << 63 else None


def _given_id(value: object) -> object:
    if not isinstance(value, str) or (number := read_id(value)) is None:
        raise ValueError("an id is a string of digits")
    return number


def _is_storable(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    try:
        text = orjson.dumps(value)
    except orjson.JSONEncodeError:
        raise ValueError("whole numbers within 64 bits") from None
    if len(text) > 16_000:
        raise ValueError("at most 16000 bytes of JSON")
    # PostgreSQL's JSON knows no NUL.
    if b"\\u0000" in text:
        raise ValueError("no NUL characters")
    return value


def _one_line(value: str) -> str:
    return " ".join(clean(value).split())


class _AsText:
    """Lets a value be written as its text, without calling back into Python for each."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return cast("CoreSchema", {**handler(source), "serialization": core_schema.to_string_ser_schema(when_used="always")})


def _utc(value: datetime) -> datetime:
    # A year outside these cannot be told in another zone without leaving the calendar.
    if not 1970 <= value.year <= 9000:
        raise ValueError("a moment between 1970 and 9000")
    return value.astimezone(UTC)


Id = Annotated[int, _AsText(), _ID_SCHEMA]
GivenId = Annotated[int, BeforeValidator(_given_id), _ID_SCHEMA]
# Written by pydantic itself (RFC 3339, in UTC, a fraction only where there is one): a function of ours took an eighth of a list's time.
Moment = Annotated[datetime, WithJsonSchema({"type": "string", "format": "date-time"})]
GivenMoment = Annotated[AwareDatetime, AfterValidator(_utc), WithJsonSchema({"type": "string", "format": "date-time"})]
Line = Annotated[str, AfterValidator(_one_line)]
Prose = Annotated[str, AfterValidator(clean)]
Name = Annotated[Line, StringConstraints(min_length=1, max_length=200)]
Attributes = Annotated[dict[str, JsonValue], AfterValidator(_is_storable)]


def refuse_blank(value: str) -> str:
    """Return the text, or refuse it when nothing would be left of it on a screen."""
    if not value.strip():
        raise ValueError("must not be blank")
    return value


NotBlank = AfterValidator(refuse_blank)


class Shape(BaseModel):
    """What we send: made from our own values, whose attributes have the same names."""

    # Built when first used, here and below: sixty shapes are half a second of every start.
    model_config = ConfigDict(from_attributes=True, frozen=True, defer_build=True)


class Body(BaseModel):
    """What we are sent: nothing unknown, no guessing of types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class Query(BaseModel):
    """What stands behind the question mark; a parameter that we do not know is refused, so that a misspelt filter never shows everything."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Paging(Query):
    """Which page, and how much of it."""

    cursor: Annotated[str, StringConstraints(max_length=400)] | None = None
    limit: int = Field(50, ge=1, le=200)


class PageShape(Shape, Generic[T]):
    """Some items, and the cursor of what follows."""

    # A generic model's parameters do not take over its docstring.
    model_config = ConfigDict(json_schema_extra={"description": "Some items, and the cursor of what follows."})

    items: list[T]
    next: str | None = None


class Named(Shape):
    """Something with a name, for a screen that shows no more of it."""

    id: Id
    name: str


class FieldProblem(Shape):
    """What is wrong with one field of a request."""

    path: str
    message: str


class Problem(Shape):
    """Why a request was refused or failed (RFC 9457); `code` is stable, `details` is for a program."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    details: dict[str, JsonValue]
    errors: list[FieldProblem] | None = None
