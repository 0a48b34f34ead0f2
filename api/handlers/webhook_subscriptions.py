"""Outgoing webhooks: URLs that are told of events."""

from dataclasses import asdict

from api.route import Call, Routes
from api.schemas.common import PageShape, Paging
from api.schemas.webhooks import EventDeliveryShape, FreshWebhookShape, KindShape, PostedShape, ResumeBody, WebhookBody, WebhookChange, WebhookShape
from inbox.directory import KEEP
from inbox.subscriptions import KINDS
from staff.values import Role

routes = Routes("webhooks")


@routes.route("GET", "/api/v1/webhooks", answers={200: PageShape[WebhookShape]}, who=Role.ADMIN)
async def list_webhooks(call: Call) -> PageShape[WebhookShape]:
    """Return all webhooks, without their secrets."""
    async with call.house.factory.reading() as uow:
        return PageShape[WebhookShape](items=[WebhookShape.model_validate(one) for one in await call.house.subscriptions.views(uow)])


@routes.route("GET", "/api/v1/webhooks/kinds", answers={200: PageShape[KindShape]}, who=Role.ADMIN)
async def list_kinds(call: Call) -> PageShape[KindShape]:
    """Return the kinds of events that a webhook can be told of."""
    return PageShape[KindShape](items=[KindShape(kind=kind) for kind in KINDS])


@routes.route("POST", "/api/v1/webhooks", answers={201: FreshWebhookShape}, refuses=(404, 409), who=Role.ADMIN)
async def create_webhook(call: Call, body: WebhookBody) -> FreshWebhookShape:
    """Tell a URL of what happens from now on; the secret is shown this once."""
    async with call.house.factory() as uow:
        made, secret = await call.house.subscriptions.create(
            uow, call.viewer, name=body.name, url=body.url, kinds=body.kinds, inbox_ids=body.inbox_ids
        )  # fmt: skip
    return FreshWebhookShape.model_validate({**asdict(made), "secret": secret})


@routes.route("GET", "/api/v1/webhooks/{webhook_id}", answers={200: WebhookShape}, who=Role.ADMIN)
async def get_webhook(call: Call, webhook_id: int) -> WebhookShape:
    """Return a webhook."""
    async with call.house.factory.reading() as uow:
        return WebhookShape.model_validate(await call.house.subscriptions.view(uow, webhook_id))


@routes.route("PATCH", "/api/v1/webhooks/{webhook_id}", answers={200: WebhookShape}, who=Role.ADMIN)
async def change_webhook(call: Call, webhook_id: int, body: WebhookChange) -> WebhookShape:
    """Change a webhook; its secret and what it was told of stay."""
    async with call.house.factory() as uow:
        changed = await call.house.subscriptions.change(
            uow, webhook_id, name=body.name, url=body.url, kinds=body.kinds, inbox_ids=body.inbox_ids if "inbox_ids" in body.model_fields_set else KEEP
        )  # fmt: skip
    return WebhookShape.model_validate(changed)


@routes.route("DELETE", "/api/v1/webhooks/{webhook_id}", answers={204: None}, who=Role.ADMIN)
async def delete_webhook(call: Call, webhook_id: int) -> None:
    """Tell a URL nothing more, and forget it."""
    async with call.house.factory() as uow:
        await call.house.subscriptions.remove(uow, webhook_id)


@routes.route("POST", "/api/v1/webhooks/{webhook_id}/test", answers={200: PostedShape}, who=Role.ADMIN)
async def try_webhook(call: Call, webhook_id: int) -> PostedShape:
    """Send a signed letter of kind `webhook.test` now, once, and return what became of it; also while paused."""
    return PostedShape.model_validate(await call.house.subscriptions.ping(webhook_id))


@routes.route("POST", "/api/v1/webhooks/{webhook_id}/pause", answers={200: WebhookShape}, who=Role.ADMIN)
async def pause_webhook(call: Call, webhook_id: int) -> WebhookShape:
    """Tell nothing more until it is resumed."""
    async with call.house.factory() as uow:
        return WebhookShape.model_validate(await call.house.subscriptions.pause(uow, webhook_id))


@routes.route("POST", "/api/v1/webhooks/{webhook_id}/resume", answers={200: WebhookShape}, who=Role.ADMIN)
async def resume_webhook(call: Call, webhook_id: int, body: ResumeBody) -> WebhookShape:
    """Go on where it stopped, or from now; of what the feed has forgotten meanwhile, `last_error` tells."""
    async with call.house.factory() as uow:
        return WebhookShape.model_validate(await call.house.subscriptions.resume(uow, webhook_id, skip_missed=body.skip_missed))


@routes.route("GET", "/api/v1/webhooks/{webhook_id}/deliveries", answers={200: PageShape[EventDeliveryShape]}, who=Role.ADMIN)
async def list_deliveries(call: Call, webhook_id: int, query: Paging) -> PageShape[EventDeliveryShape]:
    """Return what became of events at a webhook, the newest first."""
    async with call.house.factory.reading() as uow:
        found = await call.house.subscriptions.deliveries(uow, webhook_id, query.cursor, query.limit)
    return PageShape[EventDeliveryShape](items=[EventDeliveryShape.model_validate(one) for one in found.items], next=found.next)
