"""What the web chat can do, and what an operator may set."""

from pydantic import BaseModel, Field

from channels.contract import Feature, Manifest
from kernel.claims import IdentityKind


class ChatSettings(BaseModel):
    """How the widget behaves on a site."""

    allowed_origins: str | None = Field(
        None,
        max_length=4000,
        description="Sites that may show the widget, with commas (https://www.example.com, https://shop.example.com); any site when empty.",
    )
    greeting: str | None = Field(None, max_length=500, description="What the widget says before the visitor has written.")


MANIFEST = Manifest(
    channel="chat",
    name="Web chat",
    identity_kind=IdentityKind.CHAT,
    features=frozenset({Feature.TYPING, Feature.RECEIPTS, Feature.LIVE}),
    text_limit=4000,
    settings=ChatSettings,
    identity_label="Website visitor",
)
