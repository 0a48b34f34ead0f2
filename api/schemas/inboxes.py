"""Shapes of channels and inboxes."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.schemas.common import Body, GivenId, Id, Line, Moment, Name, Prose, Shape
from channels.contract import Manifest
from channels.registry import Setting
from inbox.values import InboxOptions, InboxView

SettingText = Annotated[Prose, StringConstraints(max_length=4000)]
Settings = Annotated[dict[Annotated[str, StringConstraints(max_length=60)], SettingText], Field(max_length=50)]


class LimitsShape(Shape):
    """The most characters a message may have; null for no limit."""

    text: int | None


class HealthShape(Shape):
    """How an inbox is doing; `last_seen_at` is when the mailbox or bot that it is fetched from last answered."""

    state: Literal["ok", "quiet", "failing", "off"]
    last_in_at: Moment | None
    last_out_at: Moment | None
    last_seen_at: Moment | None
    last_error: str | None


class OptionsShape(Shape):
    """An inbox's thresholds: for how many days a resolved case is reopened, for how many hours a fresh thread continues the only active case."""

    reopen_days: float
    continue_hours: float
    part_days: float


class InboxShape(Shape):
    """One configured address of ours."""

    id: Id
    key: str
    channel: str
    name: str
    address: str
    is_on: bool
    is_restricted: bool
    team_id: Id | None
    health: HealthShape
    features: list[str]
    limits: LimitsShape
    options: OptionsShape

    @classmethod
    def of(cls, inbox: InboxView, manifest: Manifest) -> "InboxShape":
        """Show an inbox, with the abilities of its channel."""
        return cls(
            id=inbox.id,
            key=inbox.key,
            channel=inbox.channel,
            name=inbox.name,
            address=inbox.address,
            is_on=inbox.is_on,
            is_restricted=inbox.is_restricted,
            team_id=inbox.team_id,
            health=HealthShape.model_validate(
                {
                    "state": inbox.health,
                    "last_in_at": inbox.last_in_at,
                    "last_out_at": inbox.last_out_at,
                    "last_seen_at": inbox.last_seen_at,
                    "last_error": inbox.last_error,
                }
            ),
            features=sorted(manifest.features),
            limits=LimitsShape(text=manifest.text_limit),
            options=OptionsShape.model_validate(inbox.options),
        )


class InboxSettingsShape(Shape):
    """What an inbox was told, by setting; of what is secret only the names."""

    values: dict[str, str]
    secrets: list[str]

    @classmethod
    def of(cls, given: Mapping[str, str], settings: Sequence[Setting]) -> "InboxSettingsShape":
        """Show settings without their secrets; what the channel does not know any more is not shown either."""
        return cls(
            values={one.name: given[one.name] for one in settings if one.name in given and not one.is_secret},
            secrets=[one.name for one in settings if one.name in given and one.is_secret],
        )


class SettingShape(Shape):
    """One setting of a channel's inboxes; a secret one is never shown again."""

    name: str
    required: bool
    is_secret: bool
    help: str


class ChannelShape(Shape):
    """A channel that an inbox can be made on, by its adapter's own word."""

    channel: str
    name: str
    features: list[str]
    settings: list[SettingShape]

    @classmethod
    def of(cls, manifest: Manifest, settings: Sequence[Setting]) -> "ChannelShape":
        """Show a channel."""
        return cls(
            channel=manifest.channel,
            name=manifest.name,
            features=sorted(manifest.features),
            settings=[SettingShape(name=one.name, required=one.is_required, is_secret=one.is_secret, help=one.help) for one in settings],
        )


class OptionsBody(Body):
    """Thresholds to set."""

    reopen_days: Annotated[float, Field(ge=0, le=3650)] = 7
    continue_hours: Annotated[float, Field(ge=0, le=8760)] = 24
    part_days: Annotated[float, Field(ge=0, le=3650)] = 30

    def value(self) -> InboxOptions:
        """Return them as the hub knows them."""
        return InboxOptions(reopen_days=self.reopen_days, continue_hours=self.continue_hours, part_days=self.part_days)


class InboxBody(Body):
    """A new inbox."""

    channel: Annotated[str, StringConstraints(max_length=20)]
    name: Name
    address: Annotated[Line, StringConstraints(min_length=1, max_length=400)]
    settings: Settings = {}
    team_id: GivenId | None = None
    is_restricted: bool = False
    options: OptionsBody | None = None


class InboxChange(Body):
    """What changes about an inbox; what is left out stays, settings are merged name by name."""

    name: Name | None = None
    is_on: bool | None = None
    team_id: GivenId | None = None
    is_restricted: bool | None = None
    settings: Settings | None = None
    options: OptionsBody | None = None
