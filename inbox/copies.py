"""Who else gets a reply: what the agent typed, checked, and whom "reply to all" would add; pure."""

from collections.abc import Collection, Sequence

from channels.contract import Feature
from channels.participants import MOST_OTHERS, Participant, Place, besides, typed
from inbox.errors import UnfitReply
from inbox.values import Draft, ReplyOption


def others_of(draft: Draft, option: ReplyOption, ours: Collection[str]) -> tuple[Participant, ...]:
    """Return whom a reply also goes to, each once: never ourselves, which would be a loop, nor the customer a second time.

    Raises:
        UnfitReply: the channel reaches one person at a time, an address is none, or there are too many.
    """
    written = [*((text, Place.CC) for text in draft.cc), *((text, Place.BCC) for text in draft.bcc)]
    if written and Feature.CC not in option.features:
        raise UnfitReply(f"{option.channel_name} reaches one person at a time: there is no Cc or Bcc.")
    if len(written) > MOST_OTHERS:
        raise UnfitReply(f"A reply goes to at most {MOST_OTHERS} others; these are {len(written)}.", limit=MOST_OTHERS, length=len(written))
    return besides([_meant(text, place) for text, place in written], ours, option.address)


def _meant(text: str, place: Place) -> Participant:
    found = typed(text, place)
    if found is None:
        raise UnfitReply(f"“{text.strip()[:100]}” is not an address that mail can be sent to.", address=text[:400])
    return found


def to_all(participants: Sequence[Participant], recipient: str, ours: Collection[str]) -> tuple[Participant, ...]:
    """Return whom "reply to all" adds, out of those that the customer's newest message was written to."""
    named = [one for one in participants if one.role is not Place.BCC and typed(one.address, Place.CC) is not None]
    return besides([Participant(address=one.address, name=one.name, role=Place.CC) for one in named], ours, recipient)[:MOST_OTHERS]
