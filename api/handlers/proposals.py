"""Proposals: the question whether two customers are one, and its answer."""

from api.route import Call, Routes
from api.schemas.common import PageShape, Paging
from api.schemas.customers import AnswerBody, AnsweredShape, ReviewShape
from api.showing import show_review
from identity_resolution import service as identities
from inbox import customers

routes = Routes("proposals")


@routes.route("GET", "/api/v1/proposals", answers={200: PageShape[ReviewShape]})
async def list_proposals(call: Call, query: Paging) -> PageShape[ReviewShape]:
    """Return open questions, newest first; those about customers that may not be seen are left out."""
    async with call.house.factory.reading() as uow:
        found = await customers.cards_page(uow, call.viewer, query.cursor, query.limit)
    return PageShape[ReviewShape](items=[show_review(call, one) for one in found.items], next=found.next)


@routes.route("POST", "/api/v1/proposals/{proposal_id}/answer", answers={200: AnsweredShape}, refuses=(409,))
async def answer(call: Call, proposal_id: int, body: AnswerBody) -> AnsweredShape:
    """Say that they are the same (and merge them), that they are different, or leave it open for now."""
    async with call.house.factory() as uow:
        await customers.check_sides(uow, call.viewer, proposal_id)
        link_id = await identities.answer(uow, proposal_id, body.answer, call.viewer.agent_id)
    return AnsweredShape(proposal_id=proposal_id, answer=body.answer, link_id=link_id)
