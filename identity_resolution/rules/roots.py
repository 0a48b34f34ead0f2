"""The fold: from the log of merges to who stands for whom. A root is the oldest leaf of what the log ties together."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLine:
    """A line of the log as the fold needs it: the two leaves that were named, and whether it still stands."""

    loser_id: int
    survivor_id: int
    is_undone: bool


def fold(leaves: Iterable[int], lines: Iterable[LinkLine]) -> dict[int, int]:
    """Return the root of each leaf. Lines may come in any order; undone ones count for nothing, so an undo is exact wherever in a chain it falls.

    Ids rise with time, so the oldest leaf is the smallest id: what survives does not depend on the order of merges either.
    """
    parent = {leaf: leaf for leaf in leaves}

    def top(leaf: int) -> int:
        while parent[leaf] != leaf:
            parent[leaf] = leaf = parent[parent[leaf]]
        return leaf

    for line in lines:
        if not line.is_undone:
            one, other = top(line.loser_id), top(line.survivor_id)
            parent[max(one, other)] = min(one, other)
    return {leaf: top(leaf) for leaf in parent}
