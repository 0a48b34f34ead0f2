"""Facts, and who is told of them: reactions inside the transaction, listeners after it."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

if TYPE_CHECKING:
    from kernel.uow import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that happened, in the past tense, with ids only; `kind` is its stable name in the feed."""

    kind: ClassVar[str] = "fact"


F = TypeVar("F", bound=Fact)
Reaction = Callable[[Sequence[Any], "UnitOfWork"], Awaitable[None]]
Listener = Callable[[Any], None]


class EventBus:
    """Says who is told of what. Wired once, in `app/wiring.py`."""

    def __init__(self) -> None:
        self._reactions: dict[type[Fact], list[Reaction]] = defaultdict(list)
        self._listeners: dict[type[Fact], list[Listener]] = defaultdict(list)

    def react(self, fact_type: type[F], reaction: Callable[[F, "UnitOfWork"], Awaitable[None]]) -> None:
        """Call `reaction` for each such fact before the commit, in the same transaction; its failure undoes everything."""

        async def one_by_one(facts: Sequence[F], uow: "UnitOfWork") -> None:
            for fact in facts:
                await reaction(fact, uow)

        self._reactions[fact_type].append(cast(Reaction, one_by_one))

    def react_to_all(self, fact_type: type[F], reaction: Callable[[Sequence[F], "UnitOfWork"], Awaitable[None]]) -> None:
        """Like `react`, but once for all such facts of a unit of work: for the hot path.

        `Fact` itself means every kind: called once, when all else is settled, and it may record nothing more.
        """
        self._reactions[fact_type].append(cast(Reaction, reaction))

    def listen(self, fact_type: type[F], listener: Callable[[F], None]) -> None:
        """Call `listener` for each such fact after the commit. It may be lost with the process: it wakes, it does not do."""
        self._listeners[fact_type].append(cast(Listener, listener))

    async def reactions_to(self, facts: Sequence[Fact], uow: "UnitOfWork") -> None:
        """Run the reactions to a run of facts, kind by kind, in the order of wiring."""
        by_type: dict[type[Fact], list[Fact]] = defaultdict(list)
        for fact in facts:
            by_type[type(fact)].append(fact)
        for fact_type, of_type in by_type.items():
            for reaction in self._reactions[fact_type]:
                await reaction(of_type, uow)

    async def reactions_to_every(self, facts: Sequence[Fact], uow: "UnitOfWork") -> None:
        """Run the reactions to every kind, once, over all facts of a unit of work."""
        for reaction in self._reactions[Fact]:
            await reaction(facts, uow)

    def listeners_of(self, fact: Fact) -> Sequence[Listener]:
        """Return who is to be told of a fact after the commit."""
        return [*self._listeners[type(fact)], *self._listeners[Fact]]
