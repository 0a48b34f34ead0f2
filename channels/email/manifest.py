"""What e-mail can do, and what an operator has to tell us to use it."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from channels.contract import Feature, Manifest
from kernel.claims import IdentityKind


class Security(StrEnum):
    """How a connection is protected: from its first byte, after a STARTTLS, or not at all (a server beside us)."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class EmailSettings(BaseModel):
    """How replies leave and how mail comes in; without `imap_host` mail comes by the SMTP or LMTP listener only."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    smtp_host: str = Field(min_length=1, max_length=255, description="Mail server that takes our replies.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the SMTP server: 587 with starttls, 465 with tls, 25 with none.")
    smtp_user: str = Field("", max_length=320, description="User name at the SMTP server; empty when it asks for none.")
    smtp_password: SecretStr | None = Field(None, description="Password at the SMTP server.", json_schema_extra={"secret": True})
    smtp_security: Security = Field(Security.STARTTLS, description="How SMTP is protected: tls, starttls or none.")
    imap_host: str = Field("", max_length=255, description="Mail server whose mailbox is polled; none when empty.")
    imap_port: int = Field(993, ge=1, le=65535, description="Port of the IMAP server: 993 with tls, 143 with starttls or none.")
    imap_user: str = Field("", max_length=320, description="User name at the IMAP server.")
    imap_password: SecretStr | None = Field(None, description="Password at the IMAP server.", json_schema_extra={"secret": True})
    imap_security: Security = Field(Security.TLS, description="How IMAP is protected: tls, starttls or none.")
    imap_folder: str = Field("INBOX", min_length=1, max_length=180, description="Folder that is polled; mail in it is never changed.")
    poll_seconds: float = Field(30, ge=0.05, le=86_400, description="Wait between two looks at the folder, in seconds.")
    import_history: bool = Field(False, description="Whether the mail that lies there already is taken in at the first look.")
    authserv_id: str = Field(
        "",
        max_length=255,
        description="Name by which our own mail server signs Authentication-Results; where it says that DMARC failed, the sender is not believed.",
    )


MANIFEST = Manifest(
    channel="email",
    name="E-mail",
    identity_kind=IdentityKind.EMAIL,
    features=frozenset({Feature.SUBJECT, Feature.HTML, Feature.ATTACHMENTS, Feature.QUOTES_HISTORY, Feature.REACHES_ANYONE}),
    text_limit=None,
    settings=EmailSettings,
)
