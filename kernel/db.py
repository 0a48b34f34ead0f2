"""The database: column types that mean the same on SQLite and PostgreSQL, and the engines."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, cast

import orjson
from sqlalchemy import JSON, BigInteger, Dialect, Integer, MetaData, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.types import TypeDecorator

from kernel.sqlite import OneTripConnection, Place

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# INTEGER, not BIGINT, makes the primary key the row id on SQLite: rows lie clustered by time.
ID = BigInteger().with_variant(Integer, "sqlite")
Id = Annotated[int, mapped_column(ID, primary_key=True, autoincrement=False)]
Json = JSON().with_variant(JSONB(), "postgresql")
JsonObject = dict[str, object]


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept as microseconds since 1970 (UTC) in eight bytes: the same arithmetic on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse a naive moment; return microseconds."""
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Return the aware moment."""
        return None if value is None else moment(value)


def micros(at: datetime) -> int:
    """Return microseconds since 1970 for an aware moment; a naive one raises ValueError."""
    if at.tzinfo is None:
        raise ValueError("A moment without a time zone is no moment.")
    return (at - _UNIX_EPOCH) // _MICROSECOND


def moment(value: int) -> datetime:
    """Return the aware moment so many microseconds after 1970 began."""
    return _UNIX_EPOCH + value * _MICROSECOND


class Base(DeclarativeBase):
    """What all rows are."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: Moment, dict[str, object]: Json, list[object]: Json, list[str]: Json}


async def core(session: AsyncSession) -> AsyncConnection:
    """Return the session's own connection, for the statements of the hot path: the ORM's share of a statement is larger than SQLite's."""
    connection: AsyncConnection | None = session.info.get("core")
    if connection is None:
        connection = session.info["core"] = await session.connection()
    return connection


async def written(session: AsyncSession) -> AsyncConnection:
    """Return the session's own connection, after what the session has changed and not written yet: for statements that readers and changers share."""
    if session.new or session.dirty or session.deleted:
        await session.flush()
    return await core(session)


def _dump(value: object) -> str:
    return orjson.dumps(value).decode()


def _place(url: str) -> Place:
    """Return where SQLite's file is to lie, in a folder that is there."""
    path = make_url(url).database
    if not path or path == ":memory:":
        return Place(None)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return Place(path)


class Database:
    """One database. On SQLite one connection writes, in turn, and several read; on PostgreSQL all do both."""

    def __init__(self, url: str, pool_size: int = 8, patience: timedelta = timedelta(seconds=15)) -> None:
        """`patience` is how long SQLite waits for another process that writes."""
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        if self.is_sqlite:
            place = _place(url)
            self.writer = self._sqlite_engine(url, place, pool_size=1, writes=True, patience=patience)
            self.reader = self._sqlite_engine(url, place, pool_size=pool_size, writes=False, patience=patience)
        else:
            self.writer = create_async_engine(
                url,
                pool_size=pool_size,
                max_overflow=8,
                pool_timeout=20,
                pool_pre_ping=True,
                hide_parameters=True,
                json_serializer=_dump,
                json_deserializer=orjson.loads,
            )
            # The same connections: who reads sees one state, as on SQLite, and not a newer one with each statement.
            self.reader = self.writer.execution_options(isolation_level="REPEATABLE READ")

    @staticmethod
    def _sqlite_engine(url: str, place: Place, *, pool_size: int, writes: bool, patience: timedelta) -> AsyncEngine:
        wait = f"busy_timeout={patience // timedelta(milliseconds=1)}"
        engine = create_async_engine(
            url,
            poolclass=AsyncAdaptedQueuePool,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=20,
            hide_parameters=True,
            json_serializer=_dump,
            json_deserializer=orjson.loads,
            connect_args={"async_creator_fn": OneTripConnection},
        )

        @event.listens_for(engine.sync_engine, "connect")
        def prepare(connection: Any, _record: object) -> None:
            # The driver must not begin by itself: a deferred BEGIN that writes later loses updates (STACK.md).
            connection.isolation_level = None
            cursor = connection.cursor()
            for pragma in ("journal_mode=WAL", "synchronous=FULL", wait, "foreign_keys=ON", "cache_size=-32000", "temp_store=MEMORY"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()
            place.note()

        @event.listens_for(engine.sync_engine, "begin")
        def start(connection: Connection) -> None:
            place.check()
            if writes:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                cast(OneTripConnection, connection.connection.driver_connection).begin_reading()

        # Else it would begin an empty one.
        event.listen(engine.sync_engine, "do_connect", lambda *_: place.check())
        return engine

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """Yield a reading connection, for health checks and migrations' questions."""
        async with self.reader.connect() as connection:
            yield connection

    async def close(self) -> None:
        """Give back every connection."""
        await self.writer.dispose()
        if self.is_sqlite:
            await self.reader.dispose()
