"""Where a database stands, asked without loading Alembic: a start that finds nothing to do loads none of it."""

import asyncio

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from kernel.db import Database
from kernel.errors import StorageUnavailable

# The newest revision that this code knows; a test compares it with the files in `versions/`.
HEAD = "0006"
_ANSWERS_WITHIN = 5.0  # seconds


async def bring_up(database_url: str) -> str:
    """Bring the database up to this code and return the revision it stands at; a failure leaves it as it was.

    Raises:
        UnknownRevision: the database is newer than this code.
        StorageUnavailable: it does not answer.
    """
    database = Database(database_url)
    try:
        if await is_current(database):
            return HEAD
    finally:
        await database.close()
    from migrations.run import upgrade

    return await upgrade(database_url)


async def is_current(database: Database) -> bool:
    """Say whether an open database stands at the newest revision that this code knows.

    Raises:
        StorageUnavailable: it does not answer.
    """
    try:
        async with asyncio.timeout(_ANSWERS_WITHIN), database.connect() as connection:
            return await connection.run_sync(_revision) == HEAD
    except (SQLAlchemyError, OSError, TimeoutError) as fault:
        raise StorageUnavailable from fault


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
