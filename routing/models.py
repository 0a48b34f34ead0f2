"""The rows of routing."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import ID, Base


class RoutingTurn(Base):
    """Whose turn it was last in a team's round robin."""

    __tablename__ = "routing_turns"

    team_id: Mapped[int] = mapped_column(ID, ForeignKey("teams.id"), primary_key=True)
    last_agent_id: Mapped[int] = mapped_column(ID, ForeignKey("agents.id"))
