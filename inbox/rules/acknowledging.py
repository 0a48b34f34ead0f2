"""Whether a new case is acknowledged by itself: what a machine wrote never is, and nobody is often, so that no two programs answer each other for ever."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.contract import InboundMessage
from channels.participants import forms_of
from kernel.claims import Trust

# RFC 3834 §2 wants a bound on how often one sender is answered: seven days where it is the same words each time. Each case has a number to tell, so less here.
PER_HOUR, PER_DAY = 1, 3
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# A person in a hurry writes three mails; a program writes on.
MOST_HEARD, HEARD_WITHIN = 6, timedelta(minutes=10)
# What is taken in later (a mailbox with its history, a dead letter) was answered long ago, or nobody waits for it any more.
FRESH_FOR = timedelta(days=1)
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """A message that opened a case, and what there is to know of its sender.

    `ours` are the addresses of all inboxes, `agents` those of people who work here, both in lower case; `acknowledged` are the moments at which
    this correspondent was acknowledged in this inbox, `heard` the messages that came from there within `HEARD_WITHIN`, this one among them.
    """

    message: InboundMessage
    now: datetime
    is_stranger: bool = False
    ours: Collection[str] = ()
    agents: Collection[str] = ()
    acknowledged: Sequence[datetime] = ()
    heard: int = 1


def refusal(occasion: Occasion) -> str | None:
    """Return why a case is not acknowledged, in words; None where it is.

    A sender whom our own mail server doubts gets nothing, known or not: it may be somebody whose address was only used.
    Neither does somebody who answers what another one was written: a program that answers from an address of its own comes so.
    """
    message, now = occasion.message, occasion.now
    if message.no_answer is not None:
        return message.no_answer
    forms = forms_of(message.sender.value)
    within = [at for at in occasion.acknowledged if now - at < DAY]
    reasons = (
        (message.is_automatic, "a machine wrote it"),
        (message.sender.trust is not Trust.VERIFIED, "its sender may be forged"),
        (occasion.is_stranger, "it answers what somebody else was written"),
        (any(form in occasion.ours for form in forms), "it comes from an address of ours"),
        (any(form in occasion.agents for form in forms), "an agent wrote it"),
        (message.sent_at is not None and now - message.sent_at > FRESH_FOR, "it was written more than a day ago"),
        (occasion.heard > MOST_HEARD, f"more than {MOST_HEARD} messages came from there within {HEARD_WITHIN.seconds // 60} minutes"),
        (sum(now - at < HOUR for at in within) >= PER_HOUR, "its sender was acknowledged within the hour"),
        (len(within) >= PER_DAY, f"its sender was acknowledged {PER_DAY} times within a day"),
    )
    return next((reason for holds, reason in reasons if holds), None)


def correspondent(address: str) -> str:
    """Return the name under which a sender's acknowledgements are counted: without plus-parts, and with all numbers alike.

    Some help desks write each mail from an address of its own (`ticket+4711@`, `case-4711@`): by the whole address they would be somebody new each time.
    """
    local, _, domain = forms_of(address)[-1].rpartition("@")
    return f"{_NUMBERS.sub('0', local)}@{domain}"[-400:]


def filled(text: str, *, case_number: int, inbox_name: str) -> str:
    """Return an acknowledgement with `{case}` and `{inbox}` filled in; nothing else in it means anything."""
    names = {"{case}": str(case_number), "{inbox}": inbox_name}
    return re.sub(r"\{(?:case|inbox)\}", lambda found: names[found[0]], text)
