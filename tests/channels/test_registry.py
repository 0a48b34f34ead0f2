"""The registry: channels by name, built when they are first needed."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from channels.contract import Webhook
from channels.registry import BadSettings, Registry, UnknownChannel
from kernel.clock import MovedClock
from kernel.config import Settings
from tests.conftest import MOMENT


@pytest.fixture
def registry() -> Registry:
    return Registry(Settings(), MovedClock(MOMENT))


class TestLookup:
    def test_builds_an_adapter_once(self, registry: Registry) -> None:
        assert registry.adapter("sms") is registry.adapter("sms")
        assert registry.adapter("sms").manifest is registry.manifest("sms")

    @pytest.mark.parametrize("ask", [Registry.manifest, Registry.adapter, Registry.webhook, Registry.source, Registry.settings])
    def test_refuses_a_channel_that_nobody_built(self, registry: Registry, ask: Callable[[Registry, str], object]) -> None:
        with pytest.raises(UnknownChannel) as refused:
            ask(registry, "pigeon")
        assert (refused.value.code, refused.value.details) == ("channel.unknown", {"what": "channel", "which": "pigeon"})

    def test_gives_webhooks_only_where_a_vendor_calls(self, registry: Registry) -> None:
        assert isinstance(registry.webhook("telegram"), Webhook)
        with pytest.raises(UnknownChannel):
            registry.webhook("chat")

    def test_builds_a_source_once_and_none_where_nothing_is_fetched(self, registry: Registry) -> None:
        assert registry.source("telegram") is registry.source("telegram")
        assert registry.source("sms") is None

    async def test_builds_anew_after_it_was_closed(self, registry: Registry) -> None:
        before = registry.adapter("chat")
        await registry.close()
        assert registry.adapter("chat") is not before

    def test_imports_no_vendor_before_a_message_is_sent(self) -> None:
        """aiogram alone would cost every start four seconds and 172 MB."""
        words = """
import sys
from channels.registry import Registry
from kernel.clock import SystemClock
from kernel.config import Settings
registry = Registry(Settings(), SystemClock())
registry.manifests()
print(sorted({"aiogram", "twilio", "aiohttp"} & set(sys.modules)))
for manifest in registry.manifests():
    registry.adapter(manifest.channel)
    registry.source(manifest.channel)
print(sorted({"aiogram", "twilio"} & set(sys.modules)))
"""
        done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
        assert done.stdout.split("\n")[:2] == ["[]", "[]"]


class TestCheckSettings:
    def test_fills_in_defaults_and_leaves_out_what_is_empty(self, registry: Registry) -> None:
        checked = registry.check_settings("telegram", {"bot_token": " 123:abc\n", "secret_token": ""})
        assert checked == {"bot_token": "123:abc", "mode": "polling"}

    @pytest.mark.parametrize(
        ("channel", "settings", "fields"),
        [
            pytest.param("sms", {"account_sid": "hunter2"}, {"account_sid", "auth_token"}, id="malformed and missing"),
            pytest.param("sms", {"account_sid": "AC1", "auth_token": 5}, {"auth_token"}, id="a number"),
            pytest.param("telegram", {"bot_token": "hunter2"}, {"bot_token"}, id="no bot token"),
            pytest.param("telegram", {"bot_token": "1:a/../../hunter2"}, {"bot_token"}, id="a token that would lead elsewhere"),
            pytest.param("telegram", {"bot_token": "1:a", "secret_token": "hunter2 hunter2"}, {"secret_token"}, id="a secret with a space"),
            pytest.param("telegram", {"bot_token": "1:a", "mode": "hunter2"}, {"mode"}, id="no such mode"),
            pytest.param("telegram", {"bot_token": "1:a", "mode": "webhook"}, {"mode"}, id="a webhook that nothing would protect"),
            pytest.param("email", {"smtp_port": "hunter2"}, {"smtp_host", "smtp_port"}, id="no host and no port"),
            pytest.param("chat", {"hunter": "hunter2"}, {"hunter"}, id="unknown"),
        ],
    )
    def test_names_the_fields_and_never_the_values(self, registry: Registry, channel: str, settings: dict[str, object], fields: set[str]) -> None:
        with pytest.raises(BadSettings) as refused:
            registry.check_settings(channel, settings)
        assert set(refused.value.details["fields"]) == fields  # type: ignore[call-overload]
        assert "hunter2" not in f"{refused.value!r} {refused.value.details} {refused.value.__cause__!r}"

    def test_says_what_an_operator_is_asked(self, registry: Registry) -> None:
        asked = {one.name: (one.is_required, one.is_secret) for one in registry.settings("telegram")}
        assert asked == {"bot_token": (True, True), "secret_token": (False, True), "mode": (False, False)}
