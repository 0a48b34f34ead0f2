"""The verbs of the knowledge base: write, change, publish, retire, search."""

from kernel.uow import UnitOfWork
from knowledge_base import rules
from knowledge_base.models import Article
from knowledge_base.repository import ArticleRepository
from knowledge_base.values import ArticleStatus


async def write(uow: UnitOfWork, title: str, body: str, status: ArticleStatus = ArticleStatus.DRAFT, author_id: int | None = None) -> Article:
    """Keep a new article.

    Raises:
        EmptyArticle: title or body is empty.
    """
    line, text = rules.written(title, body)
    folded_title, search_text = rules.folded(line, text)
    article = Article(
        id=uow.ids(),
        title=line,
        body=text,
        folded_title=folded_title,
        search_text=search_text,
        status=status.value,
        author_id=author_id,
        created_at=uow.clock.now(),
        updated_at=uow.clock.now(),
    )
    await ArticleRepository(uow.session).add(article)
    return article


async def get(uow: UnitOfWork, article_id: int) -> Article:
    """Return an article, whatever its status.

    Raises:
        NotFound: there is none.
    """
    return await ArticleRepository(uow.session).get(article_id)


async def change(uow: UnitOfWork, article_id: int, *, title: str | None = None, body: str | None = None) -> Article:
    """Write an article anew; what is left out stays.

    Raises:
        NotFound: there is none. EmptyArticle: title or body would be empty.
    """
    article = await ArticleRepository(uow.session).get(article_id)
    article.title, article.body = rules.written(article.title if title is None else title, article.body if body is None else body)
    article.folded_title, article.search_text = rules.folded(article.title, article.body)
    article.updated_at = uow.clock.now()
    return article


async def publish(uow: UnitOfWork, article_id: int) -> Article:
    """Let an article be found.

    Raises:
        NotFound: there is none.
    """
    return await _move(uow, article_id, ArticleStatus.PUBLISHED)


async def retire(uow: UnitOfWork, article_id: int) -> Article:
    """Let an article be found no more; it can be published again.

    Raises:
        NotFound: there is none.
    """
    return await _move(uow, article_id, ArticleStatus.RETIRED)


async def search(uow: UnitOfWork, query: str, limit: int) -> list[Article]:
    """Return published articles that hold every word of the query, best first: words in the title count, then the latest change. Without words, the latest."""
    return await ArticleRepository(uow.session).search(rules.words_of(query), limit)


async def _move(uow: UnitOfWork, article_id: int, wanted: ArticleStatus) -> Article:
    article = await ArticleRepository(uow.session).get(article_id)
    if article.status != wanted:
        article.status, article.updated_at = wanted.value, uow.clock.now()
    return article
