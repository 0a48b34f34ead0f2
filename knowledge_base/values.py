"""The nouns of the knowledge base."""

from enum import StrEnum


class ArticleStatus(StrEnum):
    """Whether an article may be used."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"
