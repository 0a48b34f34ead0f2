"""Many rows of one table at once: what SQLAlchemy works out for each row anew is worked out once, and on SQLite they go along with the next trip to its thread."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import Dialect, Insert, Update
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.db import core
from kernel.sqlite import OneTripConnection

_Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A statement in a database's own words, the order of its values, and which of them must be converted on the way."""

    statement: str
    pick: Callable[[Mapping[str, object]], tuple[object, ...]]
    converts: tuple[tuple[int, _Convert], ...]

    def values(self, row: Mapping[str, object]) -> tuple[object, ...]:
        values = list(self.pick(row))
        for place, convert in self.converts:
            values[place] = convert(values[place])
        return tuple(values)


class BulkWrite:
    """An `INSERT` or `UPDATE` for the hot path. Its rows are dictionaries with all the same keys, those of its values; defaults are the caller's business."""

    def __init__(self, statement: Insert | Update) -> None:
        self._statement = statement
        self._prepared: dict[tuple[str, frozenset[str]], _Prepared] = {}

    async def write(self, session: AsyncSession, rows: Sequence[Mapping[str, object]]) -> None:
        """Write the rows, if there are any, past what the session has not written yet.

        What the database refuses is raised here, or by whatever is asked of it next in this transaction: on SQLite nothing waits for the rows.
        """
        if not rows:
            return
        prepared = self._for((await core(session)).dialect, frozenset(rows[0]))
        await send(session, prepared.statement, [prepared.values(row) for row in rows])

    def _for(self, dialect: Dialect, columns: frozenset[str]) -> _Prepared:
        key = dialect.name, columns
        if key not in self._prepared:
            self._prepared[key] = self._prepare(dialect, columns)
        return self._prepared[key]

    def _prepare(self, dialect: Dialect, columns: frozenset[str]) -> _Prepared:
        is_insert = isinstance(self._statement, Insert)
        compiled = self._statement.compile(dialect=dialect, column_keys=sorted(columns) if is_insert else None)
        order = cast("list[str]", compiled.positiontup)
        if set(order) != columns:
            raise ValueError(f"Rows for {self._statement.table} must name these values: {', '.join(sorted(order))}.")
        converts = [(place, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)) for place, name in enumerate(order)]
        return _Prepared(str(compiled), itemgetter(*order), tuple((place, convert) for place, convert in converts if convert is not None))


async def send(session: AsyncSession, statement: str, values: list[tuple[object, ...]]) -> None:
    """Hand a statement in the database's own words to its driver, to be executed for each set of values; nothing comes back."""
    connection = await core(session)
    if "driver" not in session.info:
        session.info["driver"] = (await connection.get_raw_connection()).driver_connection
    driver = session.info["driver"]
    if isinstance(driver, OneTripConnection):
        driver.ahead(statement, values)
    else:
        await connection.exec_driver_sql(statement, values)
