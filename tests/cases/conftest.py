"""What tests of cases ask for."""

from collections.abc import Sequence

import pytest

from kernel.clock import MovedClock
from kernel.events import EventBus, Fact
from kernel.uow import UnitOfWork, UnitOfWorkFactory
from tests.cases.desk import Desk, furnished


@pytest.fixture
async def desk(unit_of_work: UnitOfWorkFactory, clock: MovedClock) -> Desk:
    """A desk with two agents, an inbox and a customer."""
    return await furnished(unit_of_work, clock)


@pytest.fixture
def facts(bus: EventBus) -> list[Fact]:
    """All facts that reactions were told, in order."""
    told: list[Fact] = []

    async def remember(fresh: Sequence[Fact], uow: UnitOfWork) -> None:
        told.extend(fresh)

    bus.react_to_all(Fact, remember)
    return told
