"""What a Telegram bot can do, and what an operator has to tell us to use it."""

from typing import Literal

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from channels.contract import Feature, Manifest
from kernel.claims import IdentityKind


class TelegramSettings(BaseModel):
    """What BotFather hands out, and how updates come."""

    bot_token: SecretStr = Field(description="The bot's token from @BotFather, like 123456:ABC….")
    secret_token: SecretStr | None = Field(
        None, description="The secret_token given to setWebhook, 1 to 256 letters, digits, _ or -; without it every webhook is refused. Polling needs none."
    )
    mode: Literal["polling", "webhook"] = Field(
        "polling", description="polling fetches updates and needs no public address; webhook waits for Telegram to call."
    )

    @field_validator("bot_token")
    @classmethod
    def _is_a_token(cls, value: SecretStr) -> SecretStr:
        # The token becomes a part of URLs: nothing else may be in it.
        left, _, right = value.get_secret_value().partition(":")
        if not (left.isascii() and left.isdigit() and _is_plain(right)):
            raise ValueError("not a bot token")
        return value

    @field_validator("secret_token")
    @classmethod
    def _is_a_secret(cls, value: SecretStr | None) -> SecretStr | None:
        # https://core.telegram.org/bots/api#setwebhook
        if value is not None and not (_is_plain(value.get_secret_value()) and len(value) <= 256):
            raise ValueError("not a secret token")
        return value

    @field_validator("mode")
    @classmethod
    def _has_what_it_needs(cls, value: str, info: ValidationInfo) -> str:
        if value == "webhook" and info.data.get("secret_token") is None:
            raise PydanticCustomError("needs_secret_token", "a webhook needs a secret_token")
        return value


def _is_plain(text: str) -> bool:
    return bool(text) and text.isascii() and text.replace("_", "").replace("-", "").isalnum()


MANIFEST = Manifest(
    channel="telegram",
    name="Telegram",
    identity_kind=IdentityKind.TELEGRAM,
    features=frozenset({Feature.ATTACHMENTS}),
    text_limit=4096,
    settings=TelegramSettings,
    identity_label="Telegram user {value}",
    hooks=("",),
)
