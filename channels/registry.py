"""Which channels there are, and how each is built: a new one is a folder and a line here."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import NoneType
from typing import get_args

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo

from channels.chat.manifest import MANIFEST as CHAT
from channels.contract import Adapter, Manifest, Renew, Source, Webhook
from channels.email.manifest import MANIFEST as EMAIL
from channels.sms.manifest import MANIFEST as SMS
from channels.telegram.manifest import MANIFEST as TELEGRAM
from kernel.clock import Clock
from kernel.config import Settings
from kernel.errors import Invalid, NotFound


class UnknownChannel(NotFound):
    """Nobody has built this channel."""

    code = "channel.unknown"

    def __init__(self, channel: str) -> None:
        super().__init__("channel", channel)


class BadSettings(Invalid):
    """An inbox's settings do not fit its channel; the fields are named, what was in them is not."""

    code = "channel.bad_settings"

    def __init__(self, channel: str, fields: Mapping[str, str]) -> None:
        named = ", ".join(f"{name} ({fields[name].replace('_', ' ')})" for name in sorted(fields))
        super().__init__(f"These settings do not fit: {named}. `kindred inbox settings {channel}` lists them.", channel=channel, fields=dict(fields))


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One line of an inbox's form: what an operator is asked."""

    name: str
    is_required: bool
    is_secret: bool
    help: str


@dataclass(frozen=True, slots=True)
class _Spoke:
    manifest: Manifest
    adapter: Callable[[Settings, Clock, Renew], Adapter]
    source: Callable[[Settings, Clock], Source] | None = None


# The adapters' modules are imported by these functions alone, so that a channel nobody uses costs nothing.


def _chat(settings: Settings, clock: Clock, renew: Renew) -> Adapter:
    from channels.chat.adapter import ChatAdapter

    return ChatAdapter(settings, clock)


def _email(settings: Settings, clock: Clock, renew: Renew) -> Adapter:
    from channels.email.adapter import EmailAdapter

    return EmailAdapter(clock, renew=renew)


def _email_source(settings: Settings, clock: Clock) -> Source:
    from channels.email.imap import ImapSource

    return ImapSource(clock, most_bytes=settings.mail_max_bytes)


def _sms(settings: Settings, clock: Clock, renew: Renew) -> Adapter:
    from channels.sms.adapter import SmsAdapter

    return SmsAdapter(settings, clock)


def _telegram(settings: Settings, clock: Clock, renew: Renew) -> Adapter:
    from channels.telegram.adapter import TelegramAdapter

    return TelegramAdapter(settings, clock)


def _telegram_source(settings: Settings, clock: Clock) -> Source:
    from channels.telegram.polling import TelegramSource

    return TelegramSource(settings, clock)


_SPOKES = (
    _Spoke(EMAIL, _email, _email_source),
    _Spoke(SMS, _sms),
    _Spoke(TELEGRAM, _telegram, _telegram_source),
    _Spoke(CHAT, _chat),
)


class Registry:
    """The channels by name; adapters and sources are built on first use, from any thread, and live as long as it does."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._spokes = {spoke.manifest.channel: spoke for spoke in _SPOKES}
        self._adapters: dict[str, Adapter] = {}
        self._sources: dict[str, Source] = {}
        # Asking whether something is a Webhook takes as long as checking a signature.
        self._webhooks: dict[str, Webhook] = {}
        self._building = threading.Lock()
        self._kept_by: Renew | None = None

    def renew_with(self, keep: Renew) -> None:
        """Say what keeps settings that a vendor renews while something is sent."""
        self._kept_by = keep

    async def _renew(self, inbox_id: int, settings: Mapping[str, str]) -> None:
        if self._kept_by is not None:
            await self._kept_by(inbox_id, settings)

    def manifests(self) -> tuple[Manifest, ...]:
        """Return every channel's manifest, without importing any adapter."""
        return tuple(spoke.manifest for spoke in self._spokes.values())

    def manifest(self, channel: str) -> Manifest:
        """Return a channel's manifest.

        Raises:
            UnknownChannel: there is none of that name.
        """
        return self._spoke(channel).manifest

    def adapter(self, channel: str) -> Adapter:
        """Return a channel's adapter, importing it on first use.

        Raises:
            UnknownChannel: there is none of that name.
        """
        spoke = self._spoke(channel)
        with self._building:
            if channel not in self._adapters:
                self._adapters[channel] = spoke.adapter(self._settings, self._clock, self._renew)
            return self._adapters[channel]

    def is_built(self, channel: str) -> bool:
        """Say whether a channel's adapter is there already, so that asking for it imports nothing."""
        return channel in self._adapters

    def webhook(self, channel: str) -> Webhook:
        """Return the adapter of a channel that a vendor calls.

        Raises:
            UnknownChannel: there is none of that name, or nobody calls it.
        """
        if channel not in self._webhooks:
            adapter = self.adapter(channel) if self.manifest(channel).hooks else None
            if not isinstance(adapter, Webhook):
                raise UnknownChannel(channel)
            self._webhooks[channel] = adapter
        return self._webhooks[channel]

    def source(self, channel: str) -> Source | None:
        """Return what fetches for a channel by itself, or None where nothing does.

        Raises:
            UnknownChannel: there is none of that name.
        """
        make = self._spoke(channel).source
        if make is None:
            return None
        with self._building:
            if channel not in self._sources:
                self._sources[channel] = make(self._settings, self._clock)
            return self._sources[channel]

    def settings(self, channel: str) -> tuple[Setting, ...]:
        """Return what an operator is asked for an inbox of this channel.

        Raises:
            UnknownChannel: there is none of that name.
        """
        fields = self.manifest(channel).settings.model_fields
        return tuple(
            Setting(name=name, is_required=field.is_required(), is_secret=_is_secret(field), help=field.description or "") for name, field in fields.items()
        )

    def check_settings(self, channel: str, settings: Mapping[str, object]) -> dict[str, str]:
        """Return an inbox's settings as they are to be kept: checked, defaults filled in, what is empty left out.

        Raises:
            UnknownChannel: there is no such channel.
            BadSettings: a field is missing, unknown or malformed; fields are named with pydantic's word for it, values never.
        """
        model = self.manifest(channel).settings
        unknown = settings.keys() - model.model_fields.keys()
        if unknown:
            raise BadSettings(channel, dict.fromkeys(unknown, "unknown"))
        given = {name: value.strip() if isinstance(value, str) else value for name, value in settings.items()}
        try:
            checked = model.model_validate({name: value for name, value in given.items() if value not in ("", None)})
        except ValidationError as broken:
            fields = {
                str(error["loc"][0]) if error["loc"] else "settings": error["type"] for error in broken.errors(include_input=False, include_context=False)
            }
            # Without the cause: pydantic's own sentence holds the values.
            raise BadSettings(channel, fields) from None
        return {name: _plain(value) for name, value in checked if value not in ("", None)}

    async def close(self) -> None:
        """Close every adapter that was built."""
        while self._adapters:
            _, adapter = self._adapters.popitem()
            await adapter.close()

    def _spoke(self, channel: str) -> _Spoke:
        spoke = self._spokes.get(channel)
        if spoke is None:
            raise UnknownChannel(channel)
        return spoke


def _is_secret(field: FieldInfo) -> bool:
    extra = field.json_schema_extra
    return (
        (isinstance(extra, dict) and extra.get("secret") is True) or field.annotation is SecretStr or set(get_args(field.annotation)) == {SecretStr, NoneType}
    )


def _plain(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value).lower() if isinstance(value, bool) else str(value)
