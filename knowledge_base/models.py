"""The rows of the knowledge base."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import ID, Base, Id


class Article(Base):
    """An answer that was written once; `search_text` is folded title and body, `folded_title` what a hit counts more in."""

    __tablename__ = "articles"

    id: Mapped[Id]
    title: Mapped[str] = mapped_column(String(400))
    body: Mapped[str] = mapped_column(Text)
    folded_title: Mapped[str] = mapped_column(String(400))
    search_text: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20), index=True)
    author_id: Mapped[int | None] = mapped_column(ID, ForeignKey("agents.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
