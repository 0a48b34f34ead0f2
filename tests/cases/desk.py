"""A small desk for tests: two agents in a team, an inbox and a customer, who says things."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise

from cases import service as cases
from cases.events import CaseOpened
from cases.intake import Choose
from cases.models import Case
from cases.repository.ledger import Ledger
from cases.values import Actor, Assignment, CasePlacement, CaseRequest, KeptLine, Span
from kernel.clock import MovedClock
from kernel.uow import UnitOfWork, UnitOfWorkFactory
from tests.support import rows


@dataclass(kw_only=True)
class Desk:
    """Ids of what is there, and the ways in which tests use it."""

    unit_of_work: UnitOfWorkFactory
    clock: MovedClock
    ines: Actor
    ravi: Actor
    team_id: int
    inbox_id: int
    customer_id: int
    conversations: int = field(default=0)

    def request(self, conversation_id: int | None = None, **other: object) -> CaseRequest:
        """Return a message of the customer that looks for its case: of a new conversation if none is named."""
        self.conversations += 1
        request = CaseRequest(
            message_id=self.unit_of_work.ids(),
            conversation_id=conversation_id or self.conversations,
            conversation_case_id=None,
            customer_id=self.customer_id,
            root_id=self.customer_id,
            inbox_id=self.inbox_id,
            team_id=self.team_id,
            channel="email",
            has_subject=True,
            title="Where is my parcel?",
            received_at=self.clock.now(),
            reopen_within=timedelta(days=7),
            continue_within=timedelta(hours=24),
        )
        return replace(request, **other)  # type: ignore[arg-type]

    async def take(self, *requests: CaseRequest, choose: Choose | None = None) -> list[CasePlacement]:
        """Take a batch of messages."""
        async with self.unit_of_work() as uow:
            return await cases.open_or_continue_all(uow, requests, choose)

    async def opened(self, conversation_id: int | None = None, **other: object) -> int:
        """Open a case by a message of a conversation of its own, and return its id."""
        [placement] = await self.take(self.request(conversation_id, **other))
        return placement.case_id

    async def written_again(self, case_id: int) -> CasePlacement:
        """Let the customer write again in the case's conversation."""
        [placement] = await self.take(self.request(conversation_case_id=case_id))
        return placement

    async def case(self, case_id: int) -> Case:
        """Return a case as it is kept."""
        async with self.unit_of_work.reading() as uow:
            return await cases.get(uow, case_id)

    async def history(self) -> list[KeptLine]:
        """Return the customer's history, oldest first."""
        async with self.unit_of_work.reading() as uow:
            return list(reversed(await cases.activities_of(uow, [self.customer_id], None, 200)))

    async def ledger(self, case_id: int) -> list[Span]:
        """Return a case's ledger, in order."""
        async with self.unit_of_work.reading() as uow:
            return await Ledger(uow.session).spans(case_id)


async def furnished(unit_of_work: UnitOfWorkFactory, clock: MovedClock) -> Desk:
    """Return a desk with everything in its place."""
    async with unit_of_work() as uow:
        ines, ravi = await rows.agent(uow, "Ines"), await rows.agent(uow, "Ravi")
        team_id = await rows.team(uow, ines, ravi)
        inbox_id = await rows.inbox(uow, team_id=team_id)
        customer_id = await rows.customer(uow)
    return Desk(
        unit_of_work=unit_of_work,
        clock=clock,
        ines=Actor(agent_id=ines),
        ravi=Actor(agent_id=ravi),
        team_id=team_id,
        inbox_id=inbox_id,
        customer_id=customer_id,
    )


def given_to(agent_id: int | None, reason: str = "By turns.") -> Choose:
    """Return who gives every new case to one agent."""

    async def choose(_uow: UnitOfWork, opened: Sequence[CaseOpened]) -> list[Assignment]:
        return [Assignment(case_id=fact.case_id, agent_id=agent_id, reason=reason) for fact in opened]

    return choose


def whole(spans: Sequence[Span]) -> bool:
    """Say whether a ledger is without gaps or overlaps, and only its last stretch runs."""
    joined = all(span.ended_at == following.started_at for span, following in pairwise(spans))
    forward = all(span.ended_at is None or span.started_at <= span.ended_at for span in spans)
    return bool(spans) and joined and forward and [span.ended_at is None for span in spans] == [False] * (len(spans) - 1) + [True]
