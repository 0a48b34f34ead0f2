"""Brings a database up to the models: one transaction under a lock, so that it is done once and wholly, or not at all."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from kernel.db import Database
from kernel.errors import Fault
from migrations.comparing import include_object, render_item
from migrations.metadata import METADATA

# "kindred" read as a number: the name of the advisory lock on PostgreSQL.
_LOCK = int.from_bytes(b"kindred", "big")


class UnknownRevision(Fault):
    """The database was made by a newer version of us, or by something else."""

    code = "migration.unknown_revision"

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database stands at revision {revision}, which this version does not know. Run the version that made it, or a newer one.", revision=revision
        )


async def upgrade(database_url: str, revision: str = "head") -> str:
    """Bring the database up to a revision and return the one it stands at; a failure leaves it as it was.

    Processes that start together wait for each other: the second finds nothing to do.

    Raises:
        UnknownRevision: the database is newer than this code.
    """
    async with _locked(database_url) as connection:
        await _refuse_unknown(connection)
        await _run(connection, lambda config: command.upgrade(config, revision))
        return await connection.run_sync(_revision) or "base"


async def downgrade(database_url: str, revision: str) -> None:
    """Take the database back to an earlier revision (`base` is the empty database)."""
    async with _locked(database_url) as connection:
        await _refuse_unknown(connection)
        await _run(connection, lambda config: command.downgrade(config, revision))


async def current(database_url: str) -> str | None:
    """Return the revision that the database stands at, None when it was never migrated."""
    database = Database(database_url)
    try:
        async with database.connect() as connection:
            return await connection.run_sync(_revision)
    finally:
        await database.close()


async def check(database_url: str) -> list[str]:
    """Return in words how the database differs from the models; nothing when they agree."""
    database = Database(database_url)
    try:
        async with database.connect() as connection:
            return await connection.run_sync(_differences)
    finally:
        await database.close()


@cache
def head() -> str:
    """Return the newest revision that this code knows."""
    return ScriptDirectory.from_config(_config()).get_current_head() or "base"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@asynccontextmanager
async def _locked(database_url: str) -> AsyncIterator[AsyncConnection]:
    database = Database(database_url)
    try:
        async with database.writer.connect() as connection:
            if database.is_sqlite:
                # A table that is made anew must not take its children along. It can only be switched outside a transaction,
                # so it goes by the driver: SQLAlchemy would begin one.
                driver = (await connection.get_raw_connection()).driver_connection
                assert driver is not None
                await driver.execute("PRAGMA foreign_keys=OFF")
            async with connection.begin():
                # On SQLite the transaction begins IMMEDIATE (kernel.db), which is the lock.
                if not database.is_sqlite:
                    await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
                yield connection
    finally:
        await database.close()


async def _run(connection: AsyncConnection, work: Callable[[Config], None]) -> None:
    def within(plain: Connection) -> None:
        config = _config()
        config.attributes["connection"] = plain
        work(config)

    await connection.run_sync(within)


async def _refuse_unknown(connection: AsyncConnection) -> None:
    revision = await connection.run_sync(_revision)
    if revision is None:
        return
    try:
        ScriptDirectory.from_config(_config()).get_revision(revision)
    except CommandError as unknown:
        raise UnknownRevision(revision) from unknown


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _differences(connection: Connection) -> list[str]:
    context = MigrationContext.configure(connection, opts={"include_object": include_object, "render_item": render_item, "compare_type": True})
    return [str(difference) for difference in compare_metadata(context, METADATA)]
