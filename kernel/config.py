"""Settings, read once from the environment (`KINDRED_…`) or a `.env` file; docs/OPERATIONS.md lists them all."""

import ipaddress
from datetime import timedelta
from functools import cache
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from kernel.addresses import AddressPolicy, read_networks

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Settings(BaseSettings):
    """Everything an operator can set. Each field's description is its documentation."""

    model_config = SettingsConfigDict(env_prefix="KINDRED_", env_file=".env", extra="ignore", frozen=True)

    database_url: str = Field(
        "sqlite+aiosqlite:///var/kindred.db", repr=False, description="Where everything is kept: SQLite (one process) or postgresql+asyncpg://… (several)."
    )
    var_dir: Path = Field(Path("var"), description="Folder for what is not in the database: attachments and the key file.")
    secret_key: str | None = Field(
        None,
        repr=False,
        description="Master key for sealed settings and signed tokens; without it one is made in VAR_DIR/secret.key. Set the same one on every process.",
    )
    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(8080, ge=0, le=65535, description="Port the web server listens on.")
    public_url: str | None = Field(
        None,
        description="How the world reaches this server (https://desk.example.com): vendors' signatures are checked against it, "
        "cookies become Secure. Defaults to http://HOST:PORT.",
    )
    trusted_proxies: str = Field(
        "",
        description="Proxies whose X-Forwarded-For is believed, as addresses or blocks with commas between them (127.0.0.1, 10.0.0.0/24); none unless they are named.",
    )
    smtp_listen_host: str = Field("127.0.0.1", description="Address the inbound mail listener binds to.")
    smtp_listen_port: int | None = Field(None, ge=0, le=65535, description="Port of the inbound SMTP listener; off when unset.")
    lmtp_listen_port: int | None = Field(None, ge=0, le=65535, description="Port of the inbound LMTP listener; off when unset.")
    mail_max_bytes: int = Field(26_214_400, ge=1024, description="Largest mail that is taken in, in bytes.")
    upload_max_bytes: int = Field(26_214_400, ge=1024, description="Largest file an agent may attach, in bytes.")
    undo_seconds: float = Field(10, ge=0, le=60, description="How long a reply waits before it is sent, so that it can be undone.")
    session_days: float = Field(14, gt=0, description="How long a sign-in lasts without being used.")
    raw_days: float = Field(90, gt=0, description="How long raw payloads are kept; dead letters stay until they are replayed.")
    feed_hours: float = Field(72, gt=0, description="How far back a client that was away can resume from the event feed.")
    webhook_networks: str = Field(
        "",
        description="Private networks that webhooks may reach, as blocks with commas between them (10.1.0.0/16, fd00:12::/32); none unless they are named.",
    )
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="How much is logged.")
    log_json: bool = Field(False, description="Log lines as JSON.")
    twilio_api_url: str | None = Field(None, description="Base URL of Twilio's API when it is not Twilio's own (a regional edge, a test stand-in).")
    telegram_api_url: str | None = Field(None, description="Base URL of the Bot API when it is a local Bot API server or a test stand-in.")

    @field_validator("database_url")
    @classmethod
    def _names_a_driver(cls, value: str) -> str:
        if not value.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
            raise PydanticCustomError("unknown_driver", "it begins with sqlite+aiosqlite:/// or postgresql+asyncpg://")
        return value

    @field_validator("webhook_networks")
    @classmethod
    def _names_networks(cls, value: str) -> str:
        try:
            read_networks(value)
        except ValueError:
            raise PydanticCustomError("no_network", "networks look like 10.1.0.0/16, with commas between them") from None
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _names_proxies(cls, value: str) -> str:
        try:
            _networks(value)
        except ValueError:
            raise PydanticCustomError("no_proxy", "proxies look like 127.0.0.1 or 10.0.0.0/24, with commas between them") from None
        return value

    @property
    def proxy_networks(self) -> tuple[Network, ...]:
        """Where the proxies are whose X-Forwarded-For is believed."""
        return _networks(self.trusted_proxies)

    @property
    def base_url(self) -> str:
        """The public base URL without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def is_https(self) -> bool:
        """Whether the world reaches us over TLS."""
        return self.base_url.startswith("https://")

    @property
    def undo_window(self) -> timedelta:
        """How long a reply waits before it is sent."""
        return timedelta(seconds=self.undo_seconds)

    @property
    def feed_kept(self) -> timedelta:
        """How far back a client may resume."""
        return timedelta(hours=self.feed_hours)

    @property
    def webhook_policy(self) -> AddressPolicy:
        """Where webhooks may go."""
        return AddressPolicy(read_networks(self.webhook_networks))


@cache
def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
