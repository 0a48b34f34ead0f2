"""What e-mail can do, and what an operator has to tell us to use it."""

import csv
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_core import PydanticCustomError

from channels.contract import Feature, Manifest
from kernel.claims import IdentityKind


class Security(StrEnum):
    """How a connection is protected: from its first byte, after a STARTTLS, or not at all (a server beside us)."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class SignIn(StrEnum):
    """How a mailbox is opened: by password, or by OAuth 2 at one of two providers or at any."""

    PASSWORD = "password"  # noqa: S105  # the name of a way
    GOOGLE = "google"
    MICROSOFT = "microsoft"
    OAUTH = "oauth"


_MOST_FOLDERS = 10
_LONGEST_FOLDER = 180


class EmailSettings(BaseModel):
    """How replies leave and how mail comes in; without `imap_host` mail comes by the SMTP or LMTP listener only."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    smtp_host: str = Field(min_length=1, max_length=255, description="Mail server that takes our replies.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the SMTP server: 587 with starttls, 465 with tls, 25 with none.")
    smtp_user: str = Field("", max_length=320, description="User name at the SMTP server; empty when it asks for none.")
    smtp_password: SecretStr | None = Field(None, description="Password at the SMTP server.", json_schema_extra={"secret": True})
    smtp_sign_in: SignIn = Field(
        SignIn.PASSWORD, description="How we sign in at the SMTP server: password, or by OAuth 2 with google, microsoft or oauth, like imap_sign_in."
    )
    smtp_security: Security = Field(Security.STARTTLS, description="How SMTP is protected: tls, starttls or none.")
    most_per_minute: int = Field(0, ge=0, le=6000, description="Most mails that leave in a minute, evenly spread; 0 for as many as there are.")
    from_name: str = Field(
        "{agent} ({inbox})",
        max_length=200,
        description="Name that replies are from; {agent} and {inbox} stand for theirs. With {inbox} alone no agent is named.",
    )
    signature: str = Field(
        "",
        max_length=2000,
        description="Text below every reply, after a line of two dashes; {agent} and {inbox} stand for their names, {signature} for the agent's own.",
    )
    acknowledgement: str = Field(
        "",
        max_length=4000,
        description="Text that goes by itself to whoever opens a new case, never to a machine and seldom twice; none when empty. {case} is the case's number, {inbox} our name.",
    )
    imap_host: str = Field("", max_length=255, description="Mail server whose mailbox is read; none when empty.")
    imap_port: int = Field(993, ge=1, le=65535, description="Port of the IMAP server: 993 with tls, 143 with starttls or none.")
    imap_user: str = Field("", max_length=320, description="User name at the IMAP server.")
    imap_password: SecretStr | None = Field(None, description="Password at the IMAP server.", json_schema_extra={"secret": True})
    imap_security: Security = Field(
        Security.TLS, description="How IMAP is protected: tls, starttls or none; with the first two the server's certificate is checked."
    )
    imap_sign_in: SignIn = Field(
        SignIn.PASSWORD, description="How the mailbox is opened: password, or by OAuth 2 with google, microsoft or oauth (any other; needs oauth_token_url)."
    )
    imap_folder: str = Field(
        "INBOX", min_length=1, max_length=1000, description="Folder that is read, or several with commas between them; mail in them is never changed."
    )
    poll_seconds: float = Field(30, ge=0.05, le=86_400, description="Wait between two looks at a folder where the server has no IDLE, in seconds.")
    oauth_client_id: str = Field("", max_length=400, description="Id of the app that was registered with the provider.")
    oauth_client_secret: SecretStr | None = Field(None, description="Secret of that app.", json_schema_extra={"secret": True})
    oauth_refresh_token: SecretStr | None = Field(
        None, description="Refresh token that the mailbox's owner gave the app; without it the app signs in as itself.", json_schema_extra={"secret": True}
    )
    oauth_token_url: str = Field(
        "",
        max_length=1000,
        pattern=r"^(https://\S+|http://(127\.0\.0\.1|localhost)(:\d+)?(/\S*)?)?$",
        description="Where access tokens are given, instead of the provider's usual address (an app of its own needs its tenant's).",
    )
    oauth_scope: str = Field("", max_length=1000, description="What access is asked for, instead of the provider's usual.")
    import_history: bool = Field(False, description="Whether the mail that lies there already is taken in at the first look.")
    authserv_id: str = Field(
        "",
        max_length=255,
        description="Name by which our own mail server signs Authentication-Results; where it says that DMARC failed, the sender is not believed.",
    )

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders that are read, each once; quotation marks hold one together that has a comma in its name."""
        return _folders(self.imap_folder)

    @field_validator("imap_folder")
    @classmethod
    def _names_folders(cls, value: str) -> str:
        folders = _folders(value)
        if not 1 <= len(folders) <= _MOST_FOLDERS or any(len(folder) > _LONGEST_FOLDER for folder in folders):
            raise PydanticCustomError("no_folders", "one to ten folders, each of 180 characters at most")
        return value

    @property
    def reads_by_token(self) -> bool:
        """Whether the mailbox is opened by OAuth 2."""
        return bool(self.imap_host) and self.imap_sign_in is not SignIn.PASSWORD

    @property
    def sends_by_token(self) -> bool:
        """Whether we sign in at the SMTP server by OAuth 2."""
        return self.smtp_sign_in is not SignIn.PASSWORD

    @property
    def provider(self) -> SignIn:
        """Who gives the tokens, where any are needed: one for reading and sending."""
        return self.smtp_sign_in if self.sends_by_token else self.imap_sign_in

    @model_validator(mode="after")
    def _has_what_oauth_needs(self) -> Self:
        if self.reads_by_token or self.sends_by_token:
            if not self.oauth_client_id or not (self.oauth_refresh_token or self.oauth_client_secret):
                raise PydanticCustomError("oauth_needs_an_app", "oauth_client_id, and oauth_refresh_token or oauth_client_secret")
            if self.provider is SignIn.OAUTH and not self.oauth_token_url:
                raise PydanticCustomError("oauth_needs_a_token_url", "oauth_token_url")
        if self.reads_by_token and self.sends_by_token and self.imap_sign_in is not self.smtp_sign_in:
            raise PydanticCustomError("oauth_needs_one_provider", "imap_sign_in and smtp_sign_in name two providers")
        if self.sends_by_token and not self.smtp_user:
            raise PydanticCustomError("oauth_needs_a_user", "smtp_user")
        return self


def _folders(value: str) -> tuple[str, ...]:
    names = next(csv.reader([value.replace("\r", "").replace("\n", " ")], skipinitialspace=True), [])
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))


MANIFEST = Manifest(
    channel="email",
    name="E-mail",
    identity_kind=IdentityKind.EMAIL,
    features=frozenset({Feature.SUBJECT, Feature.HTML, Feature.ATTACHMENTS, Feature.CC, Feature.QUOTES_HISTORY, Feature.REACHES_ANYONE}),
    text_limit=None,
    settings=EmailSettings,
)
