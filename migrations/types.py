"""The column types as revisions spell them: frozen here, so that an old revision means the same when the models move on."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# INTEGER makes a primary key the row id on SQLite.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
# Microseconds since 1970, UTC.
MOMENT = sa.BigInteger()
