"""The settings of an e-mail inbox."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Security(StrEnum):
    """How a connection is protected: from its first byte, after a STARTTLS, or not at all (a server beside us)."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class EmailSettings(BaseModel):
    """How replies leave and how mail comes in; without `imap_host` mail comes by the SMTP or LMTP listener only."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    smtp_host: str = Field(min_length=1, description="Server that takes our replies.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port: 587 with starttls, 465 with tls, 25 with none.")
    smtp_user: str = Field("", description="User name there; none when empty.")
    smtp_password: str = Field("", description="Password there.", json_schema_extra={"secret": True})
    smtp_security: Security = Field(Security.STARTTLS, description="tls, starttls or none.")
    imap_host: str = Field("", description="Server whose mailbox is polled; none when empty.")
    imap_port: int = Field(993, ge=1, le=65535, description="Its port: 993 with tls, 143 with starttls or none.")
    imap_user: str = Field("", description="User name there.")
    imap_password: str = Field("", description="Password there.", json_schema_extra={"secret": True})
    imap_security: Security = Field(Security.TLS, description="tls, starttls or none.")
    imap_folder: str = Field("INBOX", min_length=1, max_length=180, description="Folder that is polled.")
    poll_seconds: float = Field(30, ge=0.05, le=86_400, description="Wait between two looks at the folder, in seconds.")
    import_history: bool = Field(False, description="Whether the mail that lies there already is taken in at the first look.")
    authserv_id: str = Field(
        "", description="Name by which our own mail server signs Authentication-Results; where it says that DMARC failed, the sender is not believed."
    )
