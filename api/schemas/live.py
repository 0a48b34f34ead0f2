"""Frames that agents send on their socket."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from api.schemas.common import Body, GivenId


class AgentHello(Body):
    """The first frame: where the client stands in the feed."""

    type: Literal["hello"]
    since: GivenId | None = None


class PresenceFrame(Body):
    """What the agent looks at; null for nothing."""

    type: Literal["presence"]
    case_id: GivenId | None = None
    state: Literal["viewing", "composing"] = "viewing"


AGENT_FRAME: TypeAdapter[AgentHello | PresenceFrame] = TypeAdapter(Annotated[AgentHello | PresenceFrame, Field(discriminator="type")])
