"""The refusals of the knowledge base."""

from kernel.errors import Invalid


class EmptyArticle(Invalid):
    """An article answers something: it needs a title and a body."""

    code = "article.empty"

    def __init__(self) -> None:
        super().__init__("An article needs a title and a body.")
