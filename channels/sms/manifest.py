"""What SMS can do, and what an operator has to tell us to use it."""

from pydantic import BaseModel, Field, SecretStr

from channels.contract import Feature, Manifest
from kernel.claims import IdentityKind


class SmsSettings(BaseModel):
    """What Twilio's console shows for an account."""

    account_sid: str = Field(pattern=r"^AC[0-9A-Za-z_-]{1,62}$", description="Account SID from the Twilio console; begins with AC.")
    auth_token: SecretStr = Field(
        min_length=1, max_length=200, description="Auth token from the Twilio console; it also proves that a webhook comes from Twilio."
    )
    messaging_service_sid: str | None = Field(
        None, pattern=r"^MG[0-9A-Za-z_-]{1,62}$", description="Messaging service to send through instead of the inbox's own number; begins with MG."
    )


MANIFEST = Manifest(
    channel="sms",
    name="SMS",
    identity_kind=IdentityKind.PHONE,
    features=frozenset({Feature.RECEIPTS, Feature.REACHES_ANYONE}),
    text_limit=1600,  # ten segments; Twilio refuses more with 21617
    settings=SmsSettings,
    hooks=("", "status"),
)
