"""API tokens: a program's way in, as the agent who made them."""

from api.hub import HUB
from api.route import Call, Routes
from api.schemas.common import PageShape
from api.schemas.staff import FreshTokenShape, TokenBody, TokenShape
from staff import service as staff

routes = Routes("tokens")


@routes.route("GET", "/api/v1/tokens", answers={200: PageShape[TokenShape]})
async def list_tokens(call: Call) -> PageShape[TokenShape]:
    """Return the agent's own tokens, without what to send."""
    async with call.house.factory.reading() as uow:
        return PageShape[TokenShape](items=[TokenShape.model_validate(token) for token in await staff.tokens_of(uow, call.viewer.agent_id)])


@routes.route("POST", "/api/v1/tokens", answers={201: FreshTokenShape})
async def create_token(call: Call, body: TokenBody) -> FreshTokenShape:
    """Make a token; what to send is shown this once."""
    async with call.house.factory() as uow:
        row, token = await staff.create_token(uow, call.viewer.agent_id, body.name)
    return FreshTokenShape(id=row.id, name=row.name, created_at=row.created_at, last_used_at=row.last_used_at, token=token)


@routes.route("DELETE", "/api/v1/tokens/{token_id}", answers={204: None})
async def revoke_token(call: Call, token_id: int) -> None:
    """End one of the agent's own tokens."""
    async with call.house.factory() as uow:
        await staff.revoke_token(uow, call.viewer.agent_id, token_id)
    call.request.app[HUB].recheck()
