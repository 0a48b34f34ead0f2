"""Channels and inboxes: what there could be, and what there is."""

from api.hub import HUB
from api.route import Call, Routes
from api.schemas.common import PageShape
from api.schemas.inboxes import ChannelShape, InboxBody, InboxChange, InboxSettingsShape, InboxShape
from inbox.directory import KEEP
from inbox.values import InboxView
from kernel.errors import NotFound
from staff import service as staff
from staff.values import Role

routes = Routes("inboxes")


@routes.route("GET", "/api/v1/channels", answers={200: PageShape[ChannelShape]})
async def list_channels(call: Call) -> PageShape[ChannelShape]:
    """Return the channels that an inbox can be made on, and what each needs to know."""
    registry = call.house.registry
    return PageShape[ChannelShape](items=[ChannelShape.of(manifest, registry.settings(manifest.channel)) for manifest in registry.manifests()])


@routes.route("GET", "/api/v1/inboxes", answers={200: PageShape[InboxShape]})
async def list_inboxes(call: Call) -> PageShape[InboxShape]:
    """Return the inboxes that the agent may see."""
    return PageShape[InboxShape](items=[_shown(call, inbox) for inbox in await call.house.directory.views(call.viewer)])


@routes.route("POST", "/api/v1/inboxes", answers={201: InboxShape}, refuses=(404, 409), who=Role.ADMIN)
async def create_inbox(call: Call, body: InboxBody) -> InboxShape:
    """Set up an address of ours on a channel."""
    await _check_team(call, body.team_id)
    inbox = await call.house.directory.create(
        channel=body.channel,
        name=body.name,
        address=body.address,
        settings=body.settings,
        team_id=body.team_id,
        is_restricted=body.is_restricted,
        options=body.options.value() if body.options else None,
    )
    call.request.app[HUB].recheck()
    return _shown(call, inbox)


@routes.route("GET", "/api/v1/inboxes/{inbox_id}", answers={200: InboxShape})
async def get_inbox(call: Call, inbox_id: int) -> InboxShape:
    """Return an inbox."""
    return _shown(call, await call.house.directory.view(call.viewer, inbox_id))


@routes.route("GET", "/api/v1/inboxes/{inbox_id}/settings", answers={200: InboxSettingsShape}, who=Role.ADMIN)
async def get_settings(call: Call, inbox_id: int) -> InboxSettingsShape:
    """Return what an inbox was told, without its secrets."""
    inbox = await call.house.directory.view(call.viewer, inbox_id)
    return InboxSettingsShape.of(await call.house.directory.settings(inbox_id), call.house.registry.settings(inbox.channel))


@routes.route("PATCH", "/api/v1/inboxes/{inbox_id}", answers={200: InboxShape}, who=Role.ADMIN)
async def change_inbox(call: Call, inbox_id: int, body: InboxChange) -> InboxShape:
    """Change an inbox; settings are merged over the old ones, an empty one is taken away."""
    await _check_team(call, body.team_id)
    inbox = await call.house.directory.change(
        inbox_id,
        name=body.name,
        is_on=body.is_on,
        is_restricted=body.is_restricted,
        team_id=body.team_id if "team_id" in body.model_fields_set else KEEP,
        settings=body.settings,
        options=body.options.value() if body.options else None,
    )
    call.request.app[HUB].recheck()
    return _shown(call, inbox)


def _shown(call: Call, inbox: InboxView) -> InboxShape:
    return InboxShape.of(inbox, call.house.registry.manifest(inbox.channel))


async def _check_team(call: Call, team_id: int | None) -> None:
    if team_id is not None:
        async with call.house.factory.reading() as uow:
            if all(team.id != team_id for team in await staff.teams(uow)):
                raise NotFound("team", team_id)
