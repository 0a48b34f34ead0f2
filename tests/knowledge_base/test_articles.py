"""Articles are written, found and retired, on both databases."""

import pytest

from kernel.clock import MovedClock
from kernel.errors import NotFound
from kernel.uow import UnitOfWorkFactory
from knowledge_base import rules
from knowledge_base import service as articles
from knowledge_base.errors import EmptyArticle
from knowledge_base.values import ArticleStatus

DRAFT, PUBLISHED = ArticleStatus.DRAFT, ArticleStatus.PUBLISHED


async def wrote(unit_of_work: UnitOfWorkFactory, title: str, body: str = "Words.", status: ArticleStatus = PUBLISHED) -> int:
    async with unit_of_work() as uow:
        return (await articles.write(uow, title, body, status)).id


async def found(unit_of_work: UnitOfWorkFactory, query: str, limit: int = 10) -> list[str]:
    async with unit_of_work.reading() as uow:
        return [article.title for article in await articles.search(uow, query, limit)]


class TestWrite:
    async def test_keeps_it_tidy(self, unit_of_work: UnitOfWorkFactory, clock: MovedClock) -> None:
        article_id = await wrote(unit_of_work, "  Ru\u0308ckgabe\n von  Waren ", "\x00Bitte …\n", DRAFT)
        async with unit_of_work.reading() as uow:
            article = await articles.get(uow, article_id)
        assert (article.title, article.body, article.status, article.author_id) == ("Rückgabe von Waren", "Bitte …", "draft", None)
        assert article.created_at == article.updated_at == clock.now()

    @pytest.mark.parametrize(("title", "body"), [("", "Words."), ("Title", " \n"), ("\x00", "Words.")])
    async def test_refuses_an_empty_one(self, unit_of_work: UnitOfWorkFactory, title: str, body: str) -> None:
        with pytest.raises(EmptyArticle):
            await wrote(unit_of_work, title, body)

    async def test_changes_what_is_given(self, unit_of_work: UnitOfWorkFactory, clock: MovedClock) -> None:
        article_id = await wrote(unit_of_work, "Refunds", "They take a week.")
        clock.advance(hours=1)
        async with unit_of_work() as uow:
            await articles.change(uow, article_id, title="Returns")
        assert await found(unit_of_work, "returns week") == ["Returns"]
        assert await found(unit_of_work, "refunds") == []
        async with unit_of_work() as uow:
            assert (await articles.get(uow, article_id)).updated_at == clock.now()
            with pytest.raises(EmptyArticle):
                await articles.change(uow, article_id, body="")

    async def test_refuses_what_is_not_there(self, unit_of_work: UnitOfWorkFactory) -> None:
        async with unit_of_work() as uow:
            for verb in (articles.get, articles.change, articles.publish, articles.retire):
                with pytest.raises(NotFound):
                    await verb(uow, 7)


class TestSearch:
    async def test_finds_what_is_published_only(self, unit_of_work: UnitOfWorkFactory) -> None:
        article_id = await wrote(unit_of_work, "Refunds", status=DRAFT)
        seen = [await found(unit_of_work, "refunds")]
        for verb in (articles.publish, articles.retire, articles.publish):
            async with unit_of_work() as uow:
                await verb(uow, article_id)
            seen.append(await found(unit_of_work, "refunds"))
        assert seen == [[], ["Refunds"], [], ["Refunds"]]

    async def test_wants_every_word_and_likes_them_in_the_title(self, unit_of_work: UnitOfWorkFactory, clock: MovedClock) -> None:
        for title, body in (
            ("Refund a parcel", "How."),
            ("Parcel sizes", "Also for a refund."),
            ("Opening hours", "We refund no parcel."),
            ("Refund", "Money."),
        ):
            await wrote(unit_of_work, title, body)
            clock.advance(minutes=1)
        assert await found(unit_of_work, "PARCEL  refund") == ["Refund a parcel", "Parcel sizes", "Opening hours"]
        assert await found(unit_of_work, "") == ["Refund", "Opening hours", "Parcel sizes", "Refund a parcel"]
        assert await found(unit_of_work, "", 2) == ["Refund", "Opening hours"]

    @pytest.mark.parametrize(("query", "expected"), [("grosse", ["Größe 100%"]), ("%", ["Größe 100%"]), ("_", []), ("\x00", ["Größe 100%"]), ("\\", [])])
    async def test_folds_and_takes_nothing_for_a_wildcard(self, unit_of_work: UnitOfWorkFactory, query: str, expected: list[str]) -> None:
        await wrote(unit_of_work, "Größe 100%")
        assert await found(unit_of_work, query) == expected


class TestWordsOf:
    def test_takes_a_few_words_each_once(self) -> None:
        assert rules.words_of("The the THE cat") == ["the", "cat"]
        assert len(rules.words_of(" ".join(map(str, range(100))))) == 8

    def test_folds_a_long_title_within_its_column(self) -> None:
        assert len(rules.folded("ﷺ" * 400, "")[0]) == 400
