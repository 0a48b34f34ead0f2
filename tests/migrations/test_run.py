"""Upgrading, checking and going back, on both databases."""

from migrations import run


class TestUpgrade:
    async def test_leaves_nothing_that_differs_from_the_models(self, database_url: str) -> None:
        assert await run.check(database_url) == []
        assert await run.current(database_url) == run.head()
