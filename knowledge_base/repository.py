"""All SQL of the knowledge base."""

from collections.abc import Sequence

from sqlalchemy import case, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.errors import NotFound
from knowledge_base.models import Article
from knowledge_base.values import ArticleStatus


class ArticleRepository:
    """Articles."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, article: Article) -> None:
        """Keep a new article."""
        self._session.add(article)
        await self._session.flush()

    async def get(self, article_id: int) -> Article:
        """Return an article.

        Raises:
            NotFound: there is none.
        """
        article = await self._session.get(Article, article_id)
        if article is None:
            raise NotFound("article", article_id)
        return article

    async def search(self, words: Sequence[str], limit: int) -> list[Article]:
        """Return published articles that hold every word, those with more of them in the title first, then the latest; the latest when there are no words."""
        hits = sum((case((Article.folded_title.contains(word, autoescape=True), 1), else_=0) for word in words), literal(0))
        query = select(Article).where(Article.status == ArticleStatus.PUBLISHED, *(Article.search_text.contains(word, autoescape=True) for word in words))
        return list(await self._session.scalars(query.order_by(hits.desc(), Article.updated_at.desc(), Article.id.desc()).limit(limit)))
