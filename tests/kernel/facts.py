"""A fact that only these tests know."""

from dataclasses import dataclass
from typing import ClassVar

from kernel.events import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class SomethingHappened(Fact):
    """Something happened."""

    kind: ClassVar[str] = "something.happened"

    number: int
