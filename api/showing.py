"""Shapes that are gathered from several rooms: agents with their teams, customers with their open cases."""

from collections import defaultdict
from collections.abc import Sequence

from api.route import Call
from api.schemas.customers import CustomerShape, CustomerShort, EvidenceShape, IdentityShape, MergedShape, OpenCaseShape, ProposalShape, ReviewShape
from api.schemas.staff import AgentShape
from cases import service as cases
from cases.values import CaseStatus
from identity_resolution import service as identities
from identity_resolution.values import CustomerProfile, HeldIdentity, MergedLeaf, Proposal, Side
from inbox import customers
from kernel.claims import Trust
from kernel.uow import UnitOfWork
from staff import service as staff
from staff.models import Agent
from staff.values import Role


async def show_agents(uow: UnitOfWork, agents: Sequence[Agent]) -> list[AgentShape]:
    """Show agents with their teams."""
    teams = await staff.teams_of(uow, [agent.id for agent in agents])
    return [
        AgentShape(
            id=agent.id,
            name=agent.name,
            email=agent.email,
            role=Role(agent.role),
            is_active=agent.is_active,
            team_ids=sorted(teams.get(agent.id, ())),
            signature=agent.signature or "",
        )
        for agent in agents
    ]


async def show_agent(uow: UnitOfWork, agent_id: int) -> AgentShape:
    """Show an agent, or refuse with NotFound."""
    return (await show_agents(uow, [await staff.get_agent(uow, agent_id)]))[0]


async def show_customer(call: Call, uow: UnitOfWork, customer_id: int) -> CustomerShape:
    """Show a whole customer."""
    return (await show_customers(call, uow, [await identities.profile(uow, customer_id)]))[0]


async def show_customers(call: Call, uow: UnitOfWork, profiles: Sequence[CustomerProfile]) -> list[CustomerShape]:
    """Show customers with those open cases, and those questions, that the agent may see; three statements more, however many there are."""
    root_of = {leaf_id: profile.id for profile in profiles for leaf_id in profile.leaf_ids}
    open_cases: dict[int, list[OpenCaseShape]] = defaultdict(list)
    for case in await cases.open_cases_of(uow, list(root_of)) if root_of else []:
        if call.viewer.may_see(case.inbox_id):
            shown = OpenCaseShape(id=case.id, number=case.number, title=case.title, status=CaseStatus(case.status))
            open_cases[root_of[case.customer_id]].append(shown)
    authors = {merged.author_id for profile in profiles for merged in profile.merged if merged.author_id is not None}
    names = await staff.names_of(uow, sorted(authors))
    visible = await customers.visible_among(uow, call.viewer, {proposal.other.root_id for profile in profiles for proposal in profile.proposals})
    return [_customer(call, profile, open_cases[profile.id], visible, names) for profile in profiles]


def show_identity(call: Call, identity: HeldIdentity) -> IdentityShape:
    """Show a way of reaching somebody; what a signed token proves is as good as what a channel proves."""
    manifest = next((manifest for manifest in call.house.registry.manifests() if manifest.identity_kind is identity.kind), None)
    return IdentityShape(
        id=identity.id,
        kind=identity.kind,
        value=identity.value,
        label=manifest.identity_label.format(value=identity.value) if manifest else identity.value,
        trust="claimed" if identity.trust is Trust.CLAIMED else "verified",
        channel_name=manifest.name if manifest else identity.kind.capitalize(),
        customer_id=identity.customer_id,
        first_seen_at=identity.first_seen_at,
        last_seen_at=identity.last_seen_at,
    )


def show_review(call: Call, proposal: Proposal) -> ReviewShape:
    """Show a question with both its sides."""
    return ReviewShape.model_validate({**_proposal_values(call, proposal), "left": _side(call, proposal.left)})


def _customer(call: Call, profile: CustomerProfile, open_cases: list[OpenCaseShape], visible: set[int], names: dict[int, str]) -> CustomerShape:
    return CustomerShape.model_validate(
        {
            **{
                name: getattr(profile, name) for name in ("id", "name", "company", "locale", "time_zone", "stage", "satisfaction", "created_at", "last_seen_at")
            },
            "attributes": profile.attributes,
            "identities": [show_identity(call, identity) for identity in profile.identities],
            "merged": [_merged(merged, names) for merged in profile.merged],
            "open_cases": open_cases,
            "proposals": [
                ProposalShape.model_validate(_proposal_values(call, proposal)) for proposal in profile.proposals if proposal.other.root_id in visible
            ],
        }
    )


def _merged(merged: MergedLeaf, names: dict[int, str]) -> MergedShape:
    by = "Kindred" if merged.author_id is None else names.get(merged.author_id, "Somebody who left")
    return MergedShape(link_id=merged.link_id, leaf_id=merged.leaf_id, name=merged.name, at=merged.at, by=by)


def _proposal_values(call: Call, proposal: Proposal) -> dict[str, object]:
    evidence = [EvidenceShape.model_validate(item) for item in proposal.evidence]
    return {"id": proposal.id, "other": _side(call, proposal.other), "bits": proposal.bits, "evidence": evidence}


def _side(call: Call, side: Side) -> CustomerShort:
    return CustomerShort(id=side.root_id, name=side.name, identities=[show_identity(call, identity) for identity in side.identities])
