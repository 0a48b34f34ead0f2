"""What a machine may answer, and how others know an answer of ours that nobody wrote."""

from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import InboundMessage
from channels.email.answering import is_nobody
from channels.email.compose import compose
from channels.email.parse import parse
from inbox.rules.acknowledging import Occasion, refusal
from tests.channels.email.mails import ACCOUNT, DELIVERY_TOKEN, account, answer, delivered, mail, read
from tests.conftest import MOMENT

# Each says for itself that no person is waiting for an answer; the values as programs write them.
MACHINES: dict[str, dict[str, str]] = {
    "answered by a program": {"Auto-Submitted": "auto-replied"},
    "with a comment": {"Auto-Submitted": "auto-replied (vacation)"},
    "with a parameter": {"Auto-Submitted": "auto-replied; owner-email=ada@example.com"},
    "in capitals": {"Auto-Submitted": "AUTO-REPLIED"},
    "made by a program": {"Auto-Submitted": "auto-generated"},
    "told by a program": {"Auto-Submitted": "auto-notified; owner-email=ada@example.com"},
    "a word of tomorrow": {"Auto-Submitted": "auto-something-new"},
    "in bulk": {"Precedence": "bulk"},
    "junk": {"Precedence": "junk"},
    "a list, of old": {"Precedence": "list"},
    "an answer, of old": {"Precedence": "auto_reply"},
    "a list": {"List-Id": "Makers <makers.lists.example.com>"},
    "a newsletter": {"List-Unsubscribe": "<https://example.com/off>"},
    "through a program already": {"X-Loop": "help@example.com"},
    "our own, come back": {"X-Loop": ACCOUNT.address},
    "a help desk's guard": {"X-OTRS-Loop": "yes"},
    "an answerer's header": {"X-Autoreply": "yes"},
    "Exchange made it": {"X-MS-Exchange-Generated-Message-Source": "Mailbox Rules Agent"},
    "from nobody": {"Return-Path": "<>"},
    "a mail server": {"From": "Mail Delivery System <mailer-daemon@mx.example.net>"},
    "no-reply": {"From": "Shop <no-reply@shop.example>"},
    "a list's owner": {"From": "owner-makers@lists.example.com"},
    "wants none": {"X-Auto-Response-Suppress": "All"},
    "wants none of this kind": {"X-Auto-Response-Suppress": "DR, RN, AutoReply"},
    "marked as spam": {"X-Spam-Flag": "YES"},
    "an absence": {"Subject": "Automatic reply: Lamp"},
    "to a return address": {"To": f"support+b{DELIVERY_TOKEN}@desk.example.com"},
    "to a return address, by Bcc": {"Delivered-To": f"support+b{DELIVERY_TOKEN}@desk.example.com"},
}
PEOPLE: dict[str, dict[str, str]] = {
    "plain": {},
    "says that it is no machine": {"Auto-Submitted": "no"},
    "Exchange, by a person": {"X-Auto-Response-Suppress": "OOF"},
    "without reports": {"X-Auto-Response-Suppress": "DR, NDR, RN, NRN"},
    "answers us": {"To": "support+caebagbafaydqqcikbmga2dqp@desk.example.com", "In-Reply-To": "<c.aebagbafaydqqcikbmga2dqp.1@desk.example.com>"},
    "a shop": {"From": "Info <info@shop.example>"},
    "asks for the post office": {"From": "Post Master <ada.postmaster@example.com>"},
}


def verdict(message: InboundMessage) -> str | None:
    return refusal(Occasion(message=message, now=MOMENT))


class TestForbids:
    @pytest.mark.parametrize("headers", [pytest.param(headers, id=name) for name, headers in MACHINES.items()])
    def test_what_a_machine_wrote_has_no_automatic_answer_and_is_kept(self, headers: dict[str, str]) -> None:
        message = read(mail("The lamp is broken.\n", **headers))
        assert message.no_answer
        assert verdict(message) == message.no_answer
        assert message.text == "The lamp is broken."

    def test_what_came_from_the_null_sender(self) -> None:
        assert verdict(parse(ACCOUNT, delivered(mail("Hello."), "", ACCOUNT.address))) == "a machine sent it, and it has content"

    @pytest.mark.parametrize("headers", [pytest.param(headers, id=name) for name, headers in PEOPLE.items()])
    def test_people_are_answered(self, headers: dict[str, str]) -> None:
        assert verdict(read(mail("The lamp is broken.\n", **headers))) is None

    def test_whom_our_own_mail_server_doubts(self) -> None:
        headers = {"Authentication-Results": "mx.desk.example.com; dmarc=fail header.from=example.com"}
        message = read(mail("The lamp is broken.\n", **headers), authserv_id="mx.desk.example.com")
        assert verdict(message) == "its sender may be forged"

    @given(st.lists(st.sampled_from(sorted(MACHINES)), min_size=1, max_size=3), st.sampled_from(sorted(PEOPLE)), st.text(max_size=60), st.text(max_size=200))
    def test_never_whatever_else_stands_there(self, marks: list[str], person: str, subject: str, text: str) -> None:
        """Whatever a mail looks like besides: one sign of a machine is enough."""
        headers = {"Subject": " ".join(subject.split())} | PEOPLE[person] | {name: value for mark in marks for name, value in MACHINES[mark].items()}
        assert verdict(read(mail(text, **headers))) is not None


@pytest.mark.parametrize(
    ("address", "is_so"),
    [
        pytest.param("MAILER-DAEMON@mx.example", True, id="a server"), pytest.param("postmaster@example.com", True, id="its master"),
        pytest.param("no.reply@example.com", True, id="with a dot"), pytest.param("noreply+4711@example.com", True, id="with a number"),
        pytest.param("orders-do_not_reply@example.com", True, id="behind a word"), pytest.param("ne-pas-repondre@example.fr", True, id="French"),
        pytest.param("nicht-antworten@example.de", True, id="German"), pytest.param("no-responder@example.es", True, id="Spanish"),
        pytest.param("svara-inte@example.se", True, id="Swedish"), pytest.param("bounces+x2f=ada@example.com", True, id="bounces"),
        pytest.param("makers-request@lists.example", True, id="a list's door"), pytest.param("ada@example.com", False, id="somebody"),
        pytest.param("reply@example.com", False, id="somebody who answers"), pytest.param("norbert.eply@example.com", False, id="a name"),
        pytest.param("owner@shop.example", False, id="an owner"), pytest.param("rooth@example.com", False, id="a name that begins so"),
    ],
)  # fmt: skip
def test_names_of_nobody(address: str, is_so: bool) -> None:
    assert is_nobody(address) is is_so


class TestMarks:
    def written(self, **changes: object) -> bytes:
        return compose(account(signature="Yours, {agent}"), answer("We have it.", is_automatic=True, author_name="Support", **changes))

    def test_say_that_nobody_wrote_it(self) -> None:
        written = message_from_bytes(self.written(), policy=policy.default)
        assert [written[name] for name in ("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "X-Loop")] == [
            "auto-replied",
            "All",
            "auto_reply",
            ACCOUNT.address,
        ]
        assert (written["From"], written["Subject"]) == (f"Desk <{ACCOUNT.address}>", "Re: Where is my order?")
        body = written.get_body(("plain",))
        assert body is not None
        assert body.get_content().splitlines() == ["We have it."]

    def test_stand_on_no_answer_of_an_agent(self) -> None:
        written = message_from_bytes(compose(ACCOUNT, answer()), policy=policy.default)
        assert not {"Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "X-Loop"} & set(written)

    def test_are_known_to_ourselves(self) -> None:
        assert read(self.written()).is_auto_reply
