"""A restricted inbox is its team's: nothing slips into a case that its readers, or others, cannot see."""

import pytest

from inbox import search
from kernel.claims import IdentityKind
from tests.inbox.conftest import Desk
from tests.support.house import said


@pytest.mark.parametrize("first", [pytest.param("open", id="from an open inbox"), pytest.param("restricted", id="from a restricted inbox")])
async def test_a_fresh_thread_continues_no_case_across_the_border(desk: Desk, first: str) -> None:
    """The customer is one, by the number; the case is not, since its agents are others."""
    await desk.estate.house.directory.change(desk.telegram, is_restricted=True, team_id=desk.team_id)
    order = [desk.sms, desk.telegram] if first == "open" else [desk.telegram, desk.sms]
    cases = [(await desk.estate.intake.take(said(inbox_id, external_id=f"x{inbox_id}"))).case_id for inbox_id in order]
    assert len(set(cases)) == 2


async def test_within_one_circle_a_fresh_thread_continues_the_only_case(desk: Desk) -> None:
    cases = [(await desk.estate.intake.take(said(inbox_id, external_id=f"x{inbox_id}"))).case_id for inbox_id in (desk.sms, desk.telegram)]
    assert len(set(cases)) == 1


async def test_search_shows_the_subject_when_only_it_has_the_words(desk: Desk) -> None:
    await desk.estate.intake.take(said(desk.email, "It broke.", sender="ada@x.example", kind=IdentityKind.EMAIL, subject="My lantern"))
    async with desk.estate.house.factory.reading() as uow:
        [hit] = (await search.messages(uow, desk.ines, desk.estate.house.directory, "lantern", None, 10)).items
    assert hit.snippet == f"My {search.START}lantern{search.END}: It broke."
