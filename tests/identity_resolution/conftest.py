"""An agent, since a person's word weighs more than the machine's."""

import pytest

from kernel.uow import UnitOfWorkFactory
from staff.models import Agent
from staff.values import Role


@pytest.fixture
async def agent_id(unit_of_work: UnitOfWorkFactory) -> int:
    """An agent who answers proposals."""
    async with unit_of_work() as uow:
        agent = Agent(id=uow.ids(), name="Ines", email="ines@example.com", password_hash=None, role=Role.AGENT, is_active=True, created_at=uow.clock.now())
        uow.session.add(agent)
    return agent.id
