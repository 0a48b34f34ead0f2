"""Articles: what we already know, as agents look it up."""

from typing import Annotated

from pydantic import Field, StringConstraints

from api.route import Call, Routes
from api.schemas.common import PageShape, Prose, Query
from api.schemas.desk import ArticleShape
from knowledge_base import service as knowledge

routes = Routes("articles")


class ArticleQuery(Query):
    """Words that an article must hold; the latest articles without any."""

    q: Annotated[Prose, StringConstraints(max_length=400)] = ""
    limit: int = Field(20, ge=1, le=200)


@routes.route("GET", "/api/v1/articles", answers={200: PageShape[ArticleShape]})
async def list_articles(call: Call, query: ArticleQuery) -> PageShape[ArticleShape]:
    """Return published articles, the best first."""
    async with call.house.factory.reading() as uow:
        found = await knowledge.search(uow, query.q, query.limit)
        return PageShape[ArticleShape](items=[ArticleShape.model_validate(article) for article in found])
