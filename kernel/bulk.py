"""Many rows of one table at once: what SQLAlchemy works out for each row anew is worked out once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import Dialect, Insert, Table
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.db import core

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


class BulkInsert:
    """An `INSERT` for the hot path. Its rows are dictionaries with all the same keys; defaults are the caller's business."""

    def __init__(self, statement: Insert) -> None:
        self._statement = statement
        self._prepared: dict[tuple[str, frozenset[str]], _Prepared] = {}

    async def write(self, session: AsyncSession, rows: Sequence[Mapping[str, object]]) -> None:
        """Write the rows, if there are any, past what the session has not written yet."""
        if rows:
            connection = await core(session)
            prepared = self._for(connection.dialect, frozenset(rows[0]))
            await connection.exec_driver_sql(prepared.statement, [prepared.values(row) for row in rows])

    def _for(self, dialect: Dialect, columns: frozenset[str]) -> _Prepared:
        key = dialect.name, columns
        if key not in self._prepared:
            self._prepared[key] = self._prepare(dialect, columns)
        return self._prepared[key]

    def _prepare(self, dialect: Dialect, columns: frozenset[str]) -> _Prepared:
        compiled = self._statement.compile(dialect=dialect, column_keys=sorted(columns))
        order, table = cast("list[str]", compiled.positiontup), cast(Table, self._statement.table)
        if set(order) != columns:
            raise ValueError(f"Rows for {table.name} must name these columns: {', '.join(sorted(order))}.")
        converts = [(place, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for place, name in enumerate(order)]
        return _Prepared(str(compiled), itemgetter(*order), tuple((place, convert) for place, convert in converts if convert is not None))
