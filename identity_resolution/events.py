"""Facts about customers."""

from dataclasses import dataclass
from typing import ClassVar

from kernel.events import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerChanged(Fact):
    """A profile was edited."""

    kind: ClassVar[str] = "customer.changed"

    customer_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomersMerged(Fact):
    """The loser's root is now the survivor's."""

    kind: ClassVar[str] = "customers.merged"

    customer_id: int
    loser_id: int
    link_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeUndone(Fact):
    """The loser stands by itself again."""

    kind: ClassVar[str] = "merge.undone"

    customer_id: int
    loser_id: int
    link_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeProposed(Fact):
    """There is a question whether two customers are one."""

    kind: ClassVar[str] = "proposal.opened"

    proposal_id: int
    customer_id: int
    other_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalAnswered(Fact):
    """An agent answered the question."""

    kind: ClassVar[str] = "proposal.answered"

    proposal_id: int
    customer_id: int
    other_id: int
