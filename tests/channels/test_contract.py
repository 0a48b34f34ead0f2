"""What every adapter keeps, whatever its channel: docs/ARCHITECTURE.md calls it the contract."""

import json
import traceback
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.contract import BadSignature, Feature, Inbound, InboundMessage, Receipt, Unreadable, Webhook
from channels.registry import Registry
from kernel.clock import MovedClock
from kernel.config import Settings
from kernel.errors import KindredError, Unavailable, Undeliverable
from tests.channels.spokes import SAMPLES, SIGNED, SPOKES, VENDORED, Signed, Spoke, outbound
from tests.conftest import MOMENT

EXPECTED = "expected.json"
every_spoke = pytest.mark.parametrize("spoke", [pytest.param(spoke, id=spoke.channel) for spoke in SPOKES])
every_signed = pytest.mark.parametrize("spoke", [pytest.param(spoke, id=spoke.channel) for spoke in SIGNED])
every_vendored = pytest.mark.parametrize("spoke", [pytest.param(spoke, id=spoke.channel) for spoke in VENDORED])


def samples(spoke: Spoke) -> list[Path]:
    """Return the files that hold payloads of a channel."""
    return sorted(path for path in (SAMPLES / spoke.channel).iterdir() if path.suffix in {".eml", ".form", ".json"} and path.name != EXPECTED)


def frozen(spoke: Spoke) -> dict[str, list[list[str]]]:
    """Return what some of those payloads said when they first came, by the file's name."""
    found: dict[str, list[list[str]]] = json.loads((SAMPLES / spoke.channel / EXPECTED).read_text())
    return found


every_sample = pytest.mark.parametrize(
    ("spoke", "sample"), [pytest.param(spoke, sample, id=f"{spoke.channel}-{sample.stem}") for spoke in SPOKES for sample in samples(spoke)]
)
# What a vendor's JSON or form might hold if it were not the vendor's.
odd = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
odd_json = st.recursive(odd, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3), max_leaves=6)


def words(said: Inbound) -> list[str]:
    """Return what makes a message or a receipt what it is, as it is kept in expected.json."""
    if isinstance(said, Receipt):
        return [said.vendor_id, said.state.value, said.error or ""]
    return [said.external_id, said.content_hash(), said.thread_key or ""]


def test_every_channel_is_under_test() -> None:
    """A new channel comes with its samples and stands in these lists."""
    registry = Registry(Settings(), MovedClock(MOMENT))
    assert {spoke.channel for spoke in SPOKES} == {manifest.channel for manifest in registry.manifests()}
    assert [spoke.channel for spoke in SPOKES if len(samples(spoke)) < 3 or not frozen(spoke)] == []
    assert {spoke.channel for spoke in SIGNED} == {manifest.channel for manifest in registry.manifests() if manifest.hooks}


@every_spoke
class TestManifest:
    def test_names_the_channel_and_what_it_can_do(self, spoke: Spoke) -> None:
        manifest = spoke.adapter().manifest
        assert manifest.channel == spoke.channel
        assert manifest.name
        assert manifest.features <= set(Feature)
        assert manifest.text_limit is None or manifest.text_limit >= 160

    def test_documents_every_setting(self, spoke: Spoke) -> None:
        asked = Registry(Settings(), MovedClock(MOMENT)).settings(spoke.channel)
        assert [one.name for one in asked if len(one.help) < 10] == []

    def test_takes_the_settings_of_the_account_and_marks_its_secrets(self, spoke: Spoke) -> None:
        registry = Registry(Settings(), MovedClock(MOMENT))
        checked = registry.check_settings(spoke.channel, spoke.account.settings)
        assert dict(spoke.account.settings).items() <= checked.items()
        secret = {one.name for one in registry.settings(spoke.channel) if one.is_secret}
        assert {checked[name] for name in secret if name in checked} == set(spoke.secrets)

    def test_has_a_door_for_each_hook(self, spoke: Spoke) -> None:
        adapter = spoke.adapter()
        assert isinstance(adapter, Webhook) == bool(adapter.manifest.hooks)
        if isinstance(adapter, Webhook):
            assert [adapter.answer(tail).status for tail in adapter.manifest.hooks] == [200] * len(adapter.manifest.hooks)


class TestRead:
    @every_sample
    def test_gives_the_same_twice(self, spoke: Spoke, sample: Path) -> None:
        payload = spoke.payload(sample.read_bytes(), sample.name)
        first, second = (list(spoke.adapter().read(spoke.account, payload)) for _ in range(2))
        assert first == second
        assert [words(one) for one in first] == [words(one) for one in second]

    @pytest.mark.parametrize(
        ("spoke", "name", "before"),
        [pytest.param(spoke, name, before, id=f"{spoke.channel}-{name}") for spoke in SPOKES for name, before in frozen(spoke).items()],
    )
    def test_gives_ids_and_digests_that_never_change(self, spoke: Spoke, name: str, before: list[list[str]]) -> None:
        """A vendor may send something again after an update of ours: with another digest it would stand twice."""
        said = spoke.adapter().read(spoke.account, spoke.payload((SAMPLES / spoke.channel / name).read_bytes(), name))
        assert [words(one) for one in said] == before

    @every_sample
    def test_keeps_the_payload_and_a_sender_that_the_channel_knows(self, spoke: Spoke, sample: Path) -> None:
        adapter, payload = spoke.adapter(), spoke.payload(sample.read_bytes(), sample.name)
        for said in adapter.read(spoke.account, payload):
            assert said.inbox_id == spoke.account.inbox_id
            if isinstance(said, InboundMessage):
                assert said.raw == payload
                assert said.sender.kind == adapter.manifest.identity_kind
                assert 0 < len(said.external_id) <= 1000
                assert said.sent_at is None or said.sent_at.tzinfo is not None

    @every_spoke
    @given(body=st.binary(max_size=300))
    @settings(max_examples=60, deadline=None)
    def test_refuses_noise_in_one_way_only(self, spoke: Spoke, body: bytes) -> None:
        read_or_refuse(spoke, body)

    @every_sample
    @given(data=st.data())
    @settings(max_examples=15, deadline=None)
    def test_refuses_a_damaged_payload_in_one_way_only(self, spoke: Spoke, sample: Path, data: st.DataObject) -> None:
        body = sample.read_bytes()
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(len(body), start + 40)))
        read_or_refuse(spoke, body[:start] + data.draw(st.binary(max_size=10)) + body[end:], sample.name)

    @pytest.mark.parametrize(
        ("spoke", "sample"),
        [pytest.param(spoke, one, id=f"{spoke.channel}-{one.stem}") for spoke in SPOKES for one in samples(spoke) if one.suffix == ".json"],
    )
    @given(data=st.data())
    @settings(max_examples=25, deadline=None)
    def test_refuses_json_with_odd_values_in_one_way_only(self, spoke: Spoke, sample: Path, data: st.DataObject) -> None:
        said = json.loads(sample.read_bytes())
        holder = said
        while True:
            key = data.draw(st.sampled_from(sorted(holder)))
            if not isinstance(holder[key], dict) or data.draw(st.booleans()):
                break
            holder = holder[key]
        holder[key] = data.draw(odd_json)
        read_or_refuse(spoke, json.dumps(said).encode(), sample.name)

    @every_spoke
    def test_never_says_in_a_refusal_what_was_said(self, spoke: Spoke) -> None:
        for body in (b"\xff\xfeprivate words", b'{"text": "private words"', b"private words=private words"):
            refusal = read_or_refuse(spoke, body)
            assert refusal is None or "private" not in told(refusal)


def read_or_refuse(spoke: Spoke, body: bytes, sample: str = "") -> Unreadable | None:
    """Read a payload and return its refusal, if it was refused; everything but values and Unreadable fails the test."""
    try:
        said = spoke.adapter().read(spoke.account, spoke.payload(body, sample))
    except Unreadable as refused:
        return refused
    assert all(words(one) for one in said)
    return None


def told(error: BaseException) -> str:
    """Return everything that a log or an answer could tell of an error."""
    details = error.details if isinstance(error, KindredError) else {}
    return "".join(traceback.format_exception(error)) + repr(error) + repr(details)


@every_signed
class TestSignatures:
    def test_lets_in_what_the_vendor_signed(self, spoke: Signed) -> None:
        adapter = spoke.adapter()
        assert isinstance(adapter, Webhook)
        for tail in adapter.manifest.hooks:
            adapter.verify(spoke.account, spoke.request(samples(spoke)[0].read_bytes(), tail))

    def test_refuses_every_forgery(self, spoke: Signed) -> None:
        adapter = spoke.adapter()
        assert isinstance(adapter, Webhook)
        let_in = []
        for name, request in spoke.forgeries(samples(spoke)[0].read_bytes()).items():
            try:
                adapter.verify(spoke.account, request)
            except BadSignature:
                continue
            let_in.append(name)
        assert let_in == []

    def test_refuses_before_it_parses(self, spoke: Signed) -> None:
        """Noise that nobody signed is a bad signature, not an unreadable payload."""
        adapter = spoke.adapter()
        assert isinstance(adapter, Webhook)
        for request in spoke.forgeries(b"{{{{\xff%%%").values():
            with pytest.raises(BadSignature):
                adapter.verify(spoke.account, request)


class TestSecrets:
    @every_spoke
    def test_are_in_no_repr(self, spoke: Spoke) -> None:
        assert hidden(spoke, repr(spoke.account) + repr(spoke.adapter()))

    @every_signed
    def test_are_in_no_refusal_of_a_forgery(self, spoke: Signed) -> None:
        adapter = spoke.adapter()
        assert isinstance(adapter, Webhook)
        for request in spoke.forgeries(b"a=b").values():
            with pytest.raises(BadSignature) as refused:
                adapter.verify(spoke.account, request)
            assert hidden(spoke, told(refused.value))

    @every_vendored
    async def test_are_in_no_fault_of_sending(self, spoke: Spoke) -> None:
        async with spoke.ready() as ready:
            for trouble in (ready.be_busy, ready.refuse, ready.talk_nonsense, ready.hang):
                assert trouble is not None
                trouble()
                with pytest.raises((Unavailable, Undeliverable)) as failed:
                    await ready.adapter.send(ready.account, outbound(spoke.recipient))
                assert hidden(spoke, told(failed.value))


def hidden(spoke: Spoke, text: str) -> bool:
    """Say whether none of the account's secrets is in a text."""
    return not any(secret in text for secret in spoke.secrets)


class TestSend:
    @every_spoke
    async def test_returns_the_vendors_id_once_it_is_taken(self, spoke: Spoke) -> None:
        async with spoke.ready() as ready:
            accepted = await ready.adapter.send(ready.account, outbound(spoke.recipient))
            assert accepted.vendor_id
            assert [text.strip() for text in ready.said()] == ["It is on its way."]

    @every_vendored
    @pytest.mark.parametrize("trouble", ["be_busy", "talk_nonsense", "hang"])
    async def test_asks_for_another_time_when_the_vendor_is_in_trouble(self, spoke: Spoke, trouble: str) -> None:
        async with spoke.ready() as ready:
            getattr(ready, trouble)()
            with pytest.raises(Unavailable):
                await ready.adapter.send(ready.account, outbound(spoke.recipient))
            assert (ready.calls(), ready.said()) == (1, [])  # one try is one call: repeating is for the outbox

    @every_vendored
    async def test_asks_for_another_time_when_nobody_listens(self, spoke: Spoke) -> None:
        adapter = spoke.adapter()
        with pytest.raises(Unavailable):
            await adapter.send(spoke.account, outbound(spoke.recipient))
        await adapter.close()

    @every_vendored
    async def test_gives_up_with_the_vendors_words_when_it_refuses(self, spoke: Spoke) -> None:
        async with spoke.ready() as ready:
            assert ready.refuse is not None
            ready.refuse()
            with pytest.raises(Undeliverable) as refused:
                await ready.adapter.send(ready.account, outbound(spoke.recipient))
            assert len(refused.value.sentence) > 20

    @every_spoke
    def test_names_each_message_of_ours_once(self, spoke: Spoke) -> None:
        adapter = spoke.adapter()
        names = {adapter.external_id(spoke.account, message_id, f"t{message_id}") for message_id in range(100)}
        assert len(names) == 100


async def test_sources_say_which_accounts_they_want() -> None:
    """A source that polled every account would fetch what a webhook brings."""
    registry = Registry(Settings(), MovedClock(MOMENT))
    for spoke in SPOKES:
        source = registry.source(spoke.channel)
        assert source is None or isinstance(source.is_wanted(spoke.account), bool)
