"""The demo desk: what it holds once it is written, that it is written once, and that nothing of it leaves the machine."""

import shutil
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from app.compose import Estate, compose
from app.demo.people import PASSWORD, SPANS, TIME_ZONE
from app.demo.pretend import PretendRegistry
from app.demo.script import BadScript, Kind, read, stories
from app.demo.seed import HalfSeeded, Seeded, seed
from app.demo.shop import shop_page
from app.demo.timing import cues, shifts
from cases import service as cases
from cases.models import Case, CaseInterval
from cases.rules.ledger import STATES
from cases.values import CaseStatus
from channels.contract import Account, OutboundMessage, Webhook
from channels.registry import UnknownChannel
from identity_resolution import service as identities
from inbox import reports
from inbox.models import Delivery, Inbox, Message, RawPayloadRow, WatermarkRow
from kernel.business_time import Hours, is_open
from kernel.clock import MovedClock
from kernel.config import Settings
from kernel.errors import Unavailable
from knowledge_base import service as knowledge
from staff import service as staff
from tests.support.databases import SqliteFiles, now
from tests.support.postgres import locked

# A Wednesday at half past ten.
NOW = datetime(2026, 3, 11, 10, 30, tzinfo=UTC)
HOURS = Hours.read(TIME_ZONE, SPANS, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A desk that was written once for all tests of this file."""

    settings: Settings
    seeded: Seeded

    def estate(self) -> Estate:
        """A house over it, at the moment it was written for."""
        return compose(self.settings, MovedClock(NOW))

    def copied(self, folder: Path) -> Settings:
        """Settings of a copy that a test may spoil."""
        shutil.copyfile(self.settings.var_dir / "kindred.db", folder / "kindred.db")
        return settings_in(folder)


def settings_in(folder: Path) -> Settings:
    return Settings(_env_file=None, database_url=f"sqlite+aiosqlite:///{folder / 'kindred.db'}", var_dir=folder, secret_key="a key for tests")


@pytest.fixture(scope="module")
def desk(sqlite_files: SqliteFiles, run_folder: Path) -> Written:
    """Written by whichever worker comes first; the others find it whole."""
    folder = run_folder / "demo"
    settings = settings_in(folder)
    with locked(run_folder / "demo.lock"):
        if not folder.exists():
            folder.mkdir()
            sqlite_files.fresh(folder)
        return Written(settings=settings, seeded=now(seed(settings, NOW)))


@pytest.mark.sqlite
class TestSeed:
    async def test_is_thirty_customers_on_four_channels(self, desk: Written) -> None:
        estate = desk.estate()
        async with estate.house.factory.reading() as uow:
            customers = await identities.page(uow, "", None, 100)
            heard = set(await uow.session.scalars(select(Inbox.channel).join(Message, Message.inbox_id == Inbox.id).where(Message.direction == "in")))
            said = await uow.session.scalar(select(func.count()).select_from(Message))
        await estate.close()
        assert len(customers.items) == 30
        assert heard == {"email", "sms", "telegram", "chat"}
        assert said is not None
        assert said > 280

    async def test_knows_people_on_several_channels_as_one(self, desk: Written) -> None:
        estate = desk.estate()
        async with estate.house.factory.reading() as uow:
            [asha] = (await identities.page(uow, "Asha Rao", None, 10)).items
            open_questions = await identities.cards_page(uow, None, 10)
        await estate.close()
        assert {identity.kind for identity in asha.identities if identity.trust == "verified"} == {"email", "phone", "telegram"}
        assert len(open_questions.items) == 2

    async def test_leaves_every_case_with_one_running_interval_that_says_its_status(self, desk: Written) -> None:
        estate = desk.estate()
        async with estate.house.factory.reading() as uow:
            found = {case.id: case for case in await uow.session.scalars(select(Case))}
            spans = defaultdict(list)
            for interval in await uow.session.scalars(select(CaseInterval).order_by(CaseInterval.id)):
                spans[interval.case_id].append(interval)
        await estate.close()
        assert spans.keys() == found.keys()
        for case_id, intervals in spans.items():
            assert [interval.ended_at is None for interval in intervals] == [False] * (len(intervals) - 1) + [True]
            assert all(before.ended_at == after.started_at for before, after in pairwise(intervals))
            assert intervals[-1].state == STATES[CaseStatus(found[case_id].status)]

    async def test_reads_and_delivers_everything(self, desk: Written) -> None:
        estate = desk.estate()
        async with estate.house.factory.reading() as uow:
            payloads = set(await uow.session.scalars(select(RawPayloadRow.state).distinct()))
            deliveries = set(await uow.session.scalars(select(Delivery.state).distinct()))
        await estate.close()
        assert payloads == {"kept"}
        assert deliveries == {"sent", "delivered", "read"}

    async def test_lies_in_the_last_three_weeks_in_the_order_of_ids(self, desk: Written) -> None:
        estate = desk.estate()
        async with estate.house.factory.reading() as uow:
            moments = list(await uow.session.scalars(select(Message.received_at).order_by(Message.id)))
        await estate.close()
        assert moments == sorted(moments)
        assert NOW - timedelta(weeks=3) < moments[0]
        assert NOW - timedelta(hours=1) < moments[-1] < NOW

    async def test_gives_the_reports_plausible_numbers(self, desk: Written) -> None:
        estate = desk.estate()
        async with estate.house.factory.reading() as uow:
            overview = await reports.overview(uow, start=NOW - timedelta(weeks=3), end=NOW, team_id=None, inbox_ids=None)
        await estate.close()
        first, resolution = overview.all.first_response, overview.all.resolution
        assert first.n > 60
        assert resolution.n > 60
        assert first.median is not None
        assert resolution.median is not None
        assert timedelta(minutes=20) < first.median < timedelta(hours=1)
        assert timedelta(hours=4) < resolution.median < timedelta(days=2)
        assert overview.all.open > overview.all.unassigned > 0
        assert len(overview.teams) == 2

    async def test_lets_its_staff_in_and_finds_its_articles(self, desk: Written) -> None:
        estate = desk.estate()
        assert [(one.role, one.password) for one in desk.seeded.sign_ins] == [("admin", PASSWORD), *[("agent", PASSWORD)] * 4]
        signed_in = await estate.house.sign_in(desk.seeded.sign_ins[0].email, PASSWORD, "127.0.0.1")
        async with estate.house.factory.reading() as uow:
            mine = await cases.counts(uow, signed_in.agent_id, None, frozenset())
            articles = await knowledge.search(uow, "refund", 5)
        await estate.close()
        assert mine.snoozed == 2
        assert any("refund" in article.title.lower() for article in articles)

    async def test_does_nothing_the_second_time(self, desk: Written) -> None:
        estate = desk.estate()
        before = await _size(estate)
        again = await seed(desk.settings, NOW + timedelta(days=1))
        after = await _size(estate)
        await estate.close()
        assert again == Seeded(is_fresh=False, sign_ins=desk.seeded.sign_ins)
        assert after == before

    async def test_says_that_a_desk_was_cut_off(self, desk: Written, tmp_path: Path) -> None:
        settings = desk.copied(tmp_path)
        estate = compose(settings, MovedClock(NOW))
        async with estate.house.factory() as uow:
            await uow.session.execute(delete(WatermarkRow))
        await estate.close()
        with pytest.raises(HalfSeeded):
            await seed(settings, NOW)

    async def test_leaves_a_desk_in_earnest_alone(self, sqlite_files: SqliteFiles, tmp_path: Path) -> None:
        sqlite_files.fresh(tmp_path)
        settings = settings_in(tmp_path)
        estate = compose(settings, MovedClock(NOW))
        async with estate.house.factory() as uow:
            await staff.create_agent(uow, name="Ada", email="ada@desk.example.com", password_hash=None)
        seeded = await seed(settings, NOW)
        size = await _size(estate)
        await estate.close()
        assert seeded == Seeded(is_fresh=False, sign_ins=())
        assert size == 0


async def _size(estate: Estate) -> int:
    async with estate.house.factory.reading() as uow:
        return await uow.session.scalar(select(func.count()).select_from(Message)) or 0


class TestTiming:
    @pytest.mark.parametrize("days", range(7))
    @pytest.mark.parametrize("hour", [0, 8, 13, 23])
    def test_plays_all_before_now_in_order_whatever_the_day(self, days: int, hour: int) -> None:
        at = datetime(2026, 3, 28, hour, 20, tzinfo=UTC) + timedelta(days=days)  # the week in which clocks change
        told = stories()
        planned = cues(told, at, HOURS)
        assert all(before.at < after.at for before, after in pairwise(planned))
        assert at - timedelta(weeks=3) < planned[0].at
        assert planned[-1].at < at
        for number, story in enumerate(told):
            mine = [cue.turn for cue in planned if cue.story == number]
            assert mine == list(story.turns[: len(mine)])
            assert mine
        kept = [cue for cue in planned if cue.turn.kind is not Kind.SAYS and not told[cue.story].start.startswith("-")]
        assert all(is_open(HOURS, cue.at - timedelta(minutes=5)) or is_open(HOURS, cue.at) for cue in kept)

    def test_is_the_same_for_the_same_moment(self) -> None:
        assert cues(stories(), NOW, HOURS) == cues(stories(), NOW, HOURS)

    def test_lets_customers_and_snoozes_stand_alone(self) -> None:
        planned = cues(stories(), NOW, HOURS)
        together = shifts(planned)
        assert [cue for shift in together for cue in shift] == planned
        mixed = [shift for shift in together if len(shift) > 1]
        assert mixed
        assert not any(cue.turn.kind is Kind.SAYS or "snooze" in cue.turn.words for shift in mixed for cue in shift)


class TestScript:
    def test_reads_who_says_what_how_much_later(self) -> None:
        [story] = read("= tom mail 3@09:30 | A lamp\n> +0m file=a.pdf\nHello,\n\nit is dark.\n< +90m resolved by=amara\nLight!\n: +1d tag lamp dark\n")
        says, answers, does = story.turns
        assert (story.person, story.channel, story.start, story.subject) == ("tom", "mail", "3@09:30", "A lamp")
        assert (says.kind, says.text, says.options) == (Kind.SAYS, "Hello,\n\nit is dark.", {"file": "a.pdf"})
        assert (answers.kind, answers.after, answers.words, answers.options) == (Kind.ANSWERS, timedelta(minutes=90), ("resolved",), {"by": "amara"})
        assert (does.kind, does.after, does.words) == (Kind.DOES, timedelta(days=1), ("tag", "lamp", "dark"))

    @pytest.mark.parametrize("script", ["Once upon a time", "= tom mail", "= tom mail 3@09:30\n< +1m\nNobody asked.\n"])
    def test_refuses_what_is_no_story(self, script: str) -> None:
        with pytest.raises(BadScript):
            list(read(script))


class TestPretending:
    """Nothing listens where these mails would go."""

    async def test_keeps_what_the_demo_sends_and_sends_the_rest(self, tmp_path: Path) -> None:
        kept: list[OutboundMessage] = []
        registry = PretendRegistry(settings_in(tmp_path), MovedClock(NOW), kept.append)
        adapter = registry.adapter("email")
        accepted = await adapter.send(_account("demo-mail"), _reply())
        with pytest.raises(Unavailable):
            await adapter.send(_account("k7Yw"), _reply())
        await registry.close()
        assert accepted.vendor_id == "demo-7"
        assert kept == [_reply()]

    async def test_is_called_by_vendors_like_the_real_one(self, tmp_path: Path) -> None:
        registry = PretendRegistry(settings_in(tmp_path), MovedClock(NOW))
        assert isinstance(registry.webhook("sms"), Webhook)
        with pytest.raises(UnknownChannel):
            registry.webhook("chat")
        await registry.close()


def _account(key: str) -> Account:
    settings = {"smtp_host": "127.0.0.1", "smtp_port": "1", "smtp_security": "none"}
    return Account(inbox_id=1, key=key, name="Support", address="support@lumen.example", settings=settings)


def _reply() -> OutboundMessage:
    return OutboundMessage(
        message_id=7, conversation_id=1, recipient="tom.becker@post.example", recipient_name=None, author_name="Ravi", text="Light!", subject="A lamp",
        external_id="<c.7@lumen.example>", reply_token="abcdefgh", delivery_token="hgfedcba", references=(), quoted=None, files=(), written_at=NOW, attempt=1,
    )  # fmt: skip


def test_the_shop_carries_the_widget() -> None:
    page = shop_page("http://127.0.0.1:8080")
    assert '<script src="/w.js" data-inbox="demo-chat"' in page
    assert 'href="http://127.0.0.1:8080/"' in page
