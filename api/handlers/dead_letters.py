"""Dead letters: what came and could not be read or placed."""

from api.route import Call, Routes
from api.schemas.common import PageShape, Paging
from api.schemas.desk import DeadLetterShape, ReplayedShape
from inbox import dead_letters
from kernel.errors import NotFound
from staff.values import Role

routes = Routes("dead-letters")


@routes.route("GET", "/api/v1/dead-letters", answers={200: PageShape[DeadLetterShape]}, who=Role.SUPERVISOR)
async def list_dead_letters(call: Call, query: Paging) -> PageShape[DeadLetterShape]:
    """Return dead letters, newest first."""
    async with call.house.factory.reading() as uow:
        found = await dead_letters.page(uow, call.viewer, query.cursor, query.limit)
    return PageShape[DeadLetterShape](items=[DeadLetterShape.model_validate(one) for one in found.items], next=found.next)


@routes.route("POST", "/api/v1/dead-letters/{letter_id}/replay", answers={200: ReplayedShape}, refuses=(409,), who=Role.SUPERVISOR)
async def replay(call: Call, letter_id: int) -> ReplayedShape:
    """Read a dead letter again; it stays dead when it still cannot be understood."""
    async with call.house.factory.reading() as uow:
        letter = await dead_letters.exhume(uow, letter_id)
        if not call.viewer.may_see(letter.inbox_id):
            raise NotFound("dead letter", letter_id)
    received = await call.house.door.replay(letter_id)
    return ReplayedShape(state="dead" if received.dead_letter_id is not None else "replayed", message_ids=received.message_ids)
