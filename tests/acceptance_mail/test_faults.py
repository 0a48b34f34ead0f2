"""Servers and processes that die in the middle, and certificates that nobody vouches for."""

import asyncio
import signal
import sqlite3
from pathlib import Path

from tests.acceptance_mail.desk import Desk, mail, opened, post_mails, posted
from tests.acceptance_mail.mail_servers import PASSWORD, MailServers
from tests.support.databases import SqliteFiles
from tests.torture.process import Nursery

MANY = 300


async def test_killed_in_the_middle_of_three_hundred_mails_every_one_is_there_once(desk: Desk) -> None:
    """SIGKILL, twice; what lies in the mailbox already is taken in because the inbox is told to."""
    address, writer = "many@desk.example", "fay@customer.example"
    desk.post.add(address)
    letters = [mail(writer, address, f"Number {number}", f"Word {number}.\n" + "A line of a mail.\n" * 400) for number in range(MANY)]
    await asyncio.to_thread(post_mails, desk.post, letters, [address])
    await asyncio.to_thread(desk.post.comes_to, address, MANY)
    await desk.inbox(address, import_history="true")
    for some in (1, MANY // 2):
        while _kept(desk.database) < some:
            await asyncio.sleep(0.002)
        await desk.stop(signal.SIGKILL)
        assert some <= _kept(desk.database) < MANY
        await desk.start()

    async def kept() -> int:
        return _kept(desk.database)

    await desk.until(kept, lambda count: count >= MANY)
    [inbox] = (await desk.api("GET", "/inboxes"))["items"]
    await desk.until(lambda: desk.health(inbox), lambda health: health["state"] == "ok")
    # One that comes last is behind all that would come twice.
    await posted(desk.post, mail(writer, address, "The last"), address)
    await desk.until(kept, lambda count: count > MANY)
    titles = _titles(desk.database)
    assert len(titles) == MANY + 1
    assert set(titles) == {str(letter["Subject"]) for letter in letters} | {"The last"}


async def test_dovecot_started_again_in_the_middle_of_an_idle_is_red_then_green(desk: Desk) -> None:
    address = "idle@desk.example"
    inbox = await desk.inbox(address)
    await posted(desk.post, mail("gus@customer.example", address, "Before"), address)
    await desk.one_case()
    await asyncio.to_thread(desk.post.stop_dovecot)
    try:
        health = await desk.until(lambda: desk.health(inbox), lambda health: health["state"] == "failing")
        assert "IMAP at 127.0.0.1" in health["last_error"]
        # Postfix keeps it meanwhile.
        await posted(desk.post, mail("gus@customer.example", address, "Meanwhile"), address)
    finally:
        # In this thread: Dovecot would end with the one that began it.
        desk.post.start_dovecot()
    await desk.until(lambda: desk.health(inbox), lambda health: health["state"] == "ok")
    await desk.until(desk.cases, lambda found: [case["title"] for case in found] == ["Meanwhile", "Before"])


async def test_a_mail_that_dovecot_stumbles_over_holds_up_nobody(desk: Desk) -> None:
    """A file that it may not read, as restored backups have them."""
    address = "stumbles@desk.example"
    desk.post.add(address)
    letters = [mail("jay@customer.example", address, title, f"{title}.\n" * 200) for title in ("First", "Second", "Third")]
    for count, letter in enumerate(letters, start=1):
        await posted(desk.post, letter, address)
        await asyncio.to_thread(desk.post.comes_to, address, count)
    desk.post.lock_away(address, "Second")
    inbox = await desk.inbox(address, import_history="true")
    cases = await desk.until(desk.cases, lambda found: len(found) == 2)
    assert {case["title"] for case in cases} == {"First", "Third"}
    await desk.until(lambda: desk.health(inbox), lambda health: health["state"] == "failing")
    await posted(desk.post, mail("jay@customer.example", address, "Fourth"), address)
    await desk.until(desk.cases, lambda found: {case["title"] for case in found} == {"First", "Third", "Fourth"})


async def test_mail_that_comes_while_the_password_is_wrong_is_there_when_it_is_right(desk: Desk) -> None:
    """What lay there before the inbox was set up is nobody's question any more; what came after is."""
    address = "early@desk.example"
    desk.post.add(address)
    await posted(desk.post, mail("kit@customer.example", address, "Before"), address)
    await asyncio.to_thread(desk.post.comes_to, address)
    await asyncio.sleep(1.1)  # a mail's arrival is known to the second
    inbox = await desk.inbox(address, imap_password="wrong")
    await desk.until(lambda: desk.health(inbox), lambda health: health["state"] == "failing")
    await posted(desk.post, mail("kit@customer.example", address, "Meanwhile"), address)
    await asyncio.to_thread(desk.post.comes_to, address, 2)
    await desk.api("PATCH", f"/inboxes/{inbox['id']}", {"settings": {"imap_password": PASSWORD}})
    case = await desk.one_case()
    assert case["title"] == "Meanwhile"


async def test_a_certificate_that_nobody_vouches_for_is_refused_both_ways(desk: Desk) -> None:
    """STARTTLS with Postfix and with Dovecot: no password is said, no mail handed over, and both say why."""
    address = "careful@desk.example"
    inbox = await desk.inbox(address, smtp_security="starttls", imap_security="starttls")
    health = await desk.until(lambda: desk.health(inbox), lambda health: health["state"] == "failing")
    assert "certificate" in health["last_error"]
    assert f"user=<{address}>" not in desk.post.log("dovecot")

    await desk.api("PATCH", f"/inboxes/{inbox['id']}", {"settings": {"imap_security": "none"}})
    await desk.until(lambda: desk.health(inbox), lambda health: health["last_seen_at"] is not None)
    await posted(desk.post, mail("hal@customer.example", address, "A lamp"), address)
    sent = await desk.reply(await desk.one_case(), "Here it is.")

    async def error() -> object:
        return (await desk.api("GET", f"/messages/{sent['id']}"))["delivery"]["error"]

    assert "certificate" in str(await desk.until(error)).lower()
    await desk.comes_to(sent, "queued")


async def test_a_certificate_that_the_operator_vouches_for_is_taken_both_ways(
    post: MailServers, nursery: Nursery, sqlite_files: SqliteFiles, tmp_path: Path
) -> None:
    """Told of by SSL_CERT_FILE, as every program on the machine can be."""
    address, writer = "trusting@desk.example", "ida@customer.example"
    post.add(writer)
    async with opened(post, nursery, sqlite_files.fresh(tmp_path), tmp_path, SSL_CERT_FILE=str(post.folder / "server.pem")) as desk:
        inbox = await desk.inbox(address, smtp_security="starttls", imap_security="starttls")
        await desk.until(lambda: desk.health(inbox), lambda health: health["last_seen_at"] is not None)
        await posted(post, mail(writer, address, "A lamp"), address)
        await desk.comes_to(await desk.reply(await desk.one_case(), "Here it is."), "sent")
        [answer] = await asyncio.to_thread(post.comes_to, writer)
    assert any("TLSv1" in str(received) for received in answer.get_all("Received", []))


def _kept(database: Path) -> int:
    return len(_titles(database))


def _titles(database: Path) -> list[str]:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10) as opened:
        return [title for (title,) in opened.execute("SELECT subject FROM messages WHERE direction = 'in'")]
