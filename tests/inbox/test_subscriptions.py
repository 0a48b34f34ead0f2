"""Webhook subscriptions as admins handle them: made, changed, tried and removed, and never to a private address."""

import asyncio
from pathlib import Path

import pytest

from app import jobs
from inbox.directory import KEEP
from inbox.errors import TooManyWebhooks, UnknownKind
from inbox.models import WebhookDelivery, WebhookSubscription
from inbox.subscriptions import KINDS, MOST_SUBSCRIPTIONS
from kernel.addresses import AddressRefused
from kernel.clock import MovedClock
from kernel.errors import NotFound
from tests.architecture.test_documentation import listed
from tests.inbox.conftest import Desk
from tests.inbox.webhooks import says, subscribed, view_of
from tests.support import house
from tests.support.house import rows
from tests.support.receiver import Receiver, never


class TestChanging:
    async def test_takes_effect_on_the_next_letter(self, desk: Desk, told: Receiver) -> None:
        """What is on its way when the inboxes are taken away is the last one."""
        made = await subscribed(desk, told.url, "message.received")
        for n in range(3):
            await says(desk, f"message {n}")
        told.answers.append(never)
        drain = asyncio.ensure_future(desk.estate.announcer.drain())
        await told.came.wait()
        async with desk.estate.house.factory() as uow:
            await desk.estate.house.subscriptions.change(uow, made.id, inbox_ids=[desk.chat])
        drain.cancel()
        await asyncio.gather(drain, return_exceptions=True)
        await desk.estate.announcer.drain()
        assert len(told.got) == 1

    async def test_goes_to_the_new_url_at_once_what_the_old_one_refused(self, desk: Desk, told: Receiver) -> None:
        made = await subscribed(desk, f"{told.url}/old", "message.received")
        told.answers.append(404)
        await says(desk, "one")
        await desk.estate.announcer.drain()
        async with desk.estate.house.factory() as uow:
            await desk.estate.house.subscriptions.change(uow, made.id, url=f"{told.url}/new", inbox_ids=KEEP)
        await desk.estate.announcer.drain()
        assert [got.path for got in told.got] == ["/hook/old", "/hook/new"]

    async def test_removes_it_with_what_became_of_its_events(self, desk: Desk, told: Receiver) -> None:
        made = await subscribed(desk, told.url)
        await says(desk, "one")
        await desk.estate.announcer.drain()
        async with desk.estate.house.factory() as uow:
            await desk.estate.house.subscriptions.remove(uow, made.id)
        assert await rows(desk.estate.house.factory, WebhookDelivery) == []
        with pytest.raises(NotFound):
            await view_of(desk, made)

    async def test_forgets_what_the_feed_has_forgotten(self, desk: Desk, told: Receiver, clock: MovedClock) -> None:
        await subscribed(desk, told.url)
        await says(desk, "one")
        await desk.estate.announcer.drain()
        clock.advance(hours=73)
        await jobs.forget_once(desk.estate)
        assert await rows(desk.estate.house.factory, WebhookDelivery) == []


class TestRefusing:
    async def test_private_addresses(self, desk: Desk) -> None:
        made = await subscribed(desk, "https://hooks.example.com/")
        for url in ("http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/", "ftp://example.com/", "https://a:b@example.com/"):
            with pytest.raises(AddressRefused):
                await subscribed(desk, url)
            with pytest.raises(AddressRefused):
                async with desk.estate.house.factory() as uow:
                    await desk.estate.house.subscriptions.change(uow, made.id, url=url, inbox_ids=KEEP)
        assert (await view_of(desk, made)).url == "https://hooks.example.com/"

    async def test_an_address_that_was_allowed_and_is_no_more(self, desk: Desk, told: Receiver, database_url: str, tmp_path: Path, clock: MovedClock) -> None:
        """It is asked at each letter, not only when the URL is typed."""
        made = await subscribed(desk, told.url)
        await says(desk, "one")
        async with house.built(database_url, tmp_path / "var", clock) as strict:
            await strict.announcer.drain()
        assert told.got == []
        assert "not a public one" in ((await view_of(desk, made)).last_error or "")

    async def test_kinds_and_inboxes_that_do_not_exist(self, desk: Desk) -> None:
        with pytest.raises(UnknownKind):
            await subscribed(desk, "https://hooks.example.com/", "follow_up.due")
        with pytest.raises(NotFound):
            await subscribed(desk, "https://hooks.example.com/", inbox_ids=[desk.sms, 7])

    async def test_more_than_are_carried_side_by_side(self, desk: Desk) -> None:
        for _ in range(MOST_SUBSCRIPTIONS):
            await subscribed(desk, "https://hooks.example.com/")
        with pytest.raises(TooManyWebhooks):
            await subscribed(desk, "https://hooks.example.com/")


async def test_tries_a_url_by_a_letter_of_its_own_also_while_paused(desk: Desk, told: Receiver) -> None:
    made = await subscribed(desk, told.url)
    async with desk.estate.house.factory() as uow:
        await desk.estate.house.subscriptions.pause(uow, made.id)
    told.answers.extend([200, 500])
    assert [(await desk.estate.house.subscriptions.ping(made.id)).error for _ in range(2)] == [None, "The answer was 500."]
    assert told.kinds == ["webhook.test"] * 2
    assert told.got[0].is_signed_with(made.secret)


async def test_the_secret_is_kept_sealed(desk: Desk) -> None:
    made = await subscribed(desk, "https://hooks.example.com/")
    [row] = await rows(desk.estate.house.factory, WebhookSubscription)
    assert made.secret.startswith("whsec_")
    assert made.secret.removeprefix("whsec_").encode() not in row.sealed_secret
    assert desk.estate.house.secrets.unseal(row.sealed_secret) == {"secret": made.secret}


def test_the_kinds_are_those_that_the_feed_tells_of() -> None:
    assert set(KINDS) == listed("ARCHITECTURE.md", "Facts", r"[a-z_]+\.[a-z_]+") - {"follow_up.due"}
