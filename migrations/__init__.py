"""How the database came to look as it does: Alembic's revisions, and the code that brings a database up to them."""
