"""64-bit ids whose high bits are the millisecond they were made: sorted by time everywhere, made by us.

Layout, from the top: one sign bit (0), 41 bits of milliseconds since 2024-01-01 UTC (69 years), 10 bits of sequence
within the millisecond, 12 bits that tell processes apart. Within one process ids only rise, also when the clock steps back; a server begins above what is stored.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import NewType

from kernel.clock import Clock

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
_NODE_BITS = 12
_SEQUENCE_BITS = 10
_SHIFT = _NODE_BITS + _SEQUENCE_BITS
_MILLISECOND = timedelta(milliseconds=1)

Node = NewType("Node", int)


def fresh_node() -> Node:
    """Return a random number that tells this process apart; two meet in the same millisecond once in 4,096 times, and then the primary key refuses and the batch is taken again."""
    return Node(secrets.randbelow(1 << _NODE_BITS))


def moment_of(made_id: int) -> datetime:
    """Return the millisecond in which an id was made."""
    return EPOCH + (made_id >> _SHIFT) * _MILLISECOND


def first_id_at(at: datetime) -> int:
    """Return the smallest id that could have been made at a moment: the lower edge of a keyset range."""
    return max(0, (at - EPOCH) // _MILLISECOND) << _SHIFT


class IdMaker:
    """Makes rising ids from a clock."""

    def __init__(self, clock: Clock, node: Node | None = None) -> None:
        self._clock = clock
        self._node = fresh_node() if node is None else node
        self._last = 0

    def __call__(self) -> int:
        """Return the next id. More than 1,024 within a millisecond borrow from the next one."""
        stamp = max(0, (self._clock.now() - EPOCH) // _MILLISECOND) << _SEQUENCE_BITS
        self._last = max(stamp, self._last + 1)
        return self._last << _NODE_BITS | self._node

    def rise_above(self, made_id: int) -> None:
        """Make only ids above one that exists: who starts under a clock that was put back goes on where the last process stopped."""
        self._last = max(self._last, made_id >> _NODE_BITS)

    def jump_back(self) -> None:
        """Let ids follow a clock that was moved back on purpose (seeding several pasts, one after the other)."""
        self._last = 0
