"""The web chat over plain HTTP, for networks that let no WebSocket through."""

from api.clients import address_of
from api.route import Call, Routes
from api.schemas.chat import ChatMessageShape, ChatMessagesShape, SaidShape, SayBody, SinceQuery
from api.visitors import VISITORS
from kernel.errors import NotFound

routes = Routes("chat")


@routes.route("POST", "/api/v1/chat/{inbox_key}/messages", answers={201: SaidShape}, refuses=(403, 409, 429), who=None)
async def say(call: Call, inbox_key: str, body: SayBody) -> SaidShape:
    """Take what a visitor says, once by `client_id`; the answer comes after the commit."""
    visitors = call.request.app[VISITORS]
    account = await visitors.inbox(call.request)
    token = body.visitor or visitors.first_token(account, body.client_id, address_of(call.request))
    return SaidShape.of(await visitors.say(account, token, client_id=body.client_id, text=body.text, name=body.name, email=body.email))


@routes.route(
    "GET", "/api/v1/chat/{inbox_key}/messages", answers={200: ChatMessagesShape}, refuses=(403,), who=None, headers={"X-Visitor": "The visitor's token."}
)
async def list_messages(call: Call, inbox_key: str, query: SinceQuery) -> ChatMessagesShape:
    """Return what came in a visitor's conversation since a cursor, or its last fifty messages."""
    account = await call.request.app[VISITORS].inbox(call.request)
    token = call.request.headers.get("X-Visitor", "")
    welcome = await call.house.chat.hello(account.key, token[:200], query.since)
    if welcome.visitor_token != token:
        raise NotFound("visitor", "with this token")
    return ChatMessagesShape(messages=[ChatMessageShape.of(message) for message in welcome.messages], cursor=welcome.cursor)
