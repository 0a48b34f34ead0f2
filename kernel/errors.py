"""The tree of everything that can go wrong, each with a stable code, a sentence and data.

    KindredError
    ├── Refusal                 the caller can act on it
    │   ├── Invalid             what was asked makes no sense                      422
    │   ├── Unauthenticated     nobody is signed in, or not as who they say        401
    │   ├── Forbidden           signed in, but this is not theirs                  403
    │   ├── NotFound            there is no such thing, or it is not theirs to see 404
    │   ├── Conflict            it no longer fits the state of things              409
    │   ├── TooLarge            more than we take                                  413
    │   └── TooMany             too often; later                                   429
    └── Fault                   we or a vendor failed
        ├── StorageUnavailable  the database cannot take it now                    503
        ├── Unavailable         a vendor cannot take it now: again later
        │   └── Unanswered      it was given it and said nothing: again once
        └── Undeliverable       a vendor will never take it

One table in `api/problems.py` turns kinds into HTTP statuses; nothing here knows of HTTP.
"""

from datetime import timedelta
from typing import ClassVar


class KindredError(Exception):
    """What all our errors are; `code` is stable and documented, `details` is data for a program."""

    code: ClassVar[str] = "kindred.error"

    def __init__(self, sentence: str, **details: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.details = details


class Refusal(KindredError):
    """The caller asked for something that cannot be; the sentence says what to do."""

    code = "refused"


class Invalid(Refusal):
    """What was asked makes no sense as it stands."""

    code = "invalid"


class Unauthenticated(Refusal):
    """Nobody is signed in, or the proof of who it is does not hold."""

    code = "unauthenticated"


class Forbidden(Refusal):
    """Signed in, but not allowed to do this."""

    code = "forbidden"


class NotFound(Refusal):
    """There is no such thing, or none that the caller may see."""

    code = "not_found"

    def __init__(self, what: str, which: object) -> None:
        super().__init__(f"There is no {what} {which}.", what=what, which=str(which))


class Conflict(Refusal):
    """It made sense once, but no longer fits the state of things."""

    code = "conflict"


class TooLarge(Refusal):
    """More than we take."""

    code = "too_large"


class TooMany(Refusal):
    """Too often; `retry_after` says when again."""

    code = "too_many"

    def __init__(self, sentence: str, retry_after: timedelta, **details: object) -> None:
        super().__init__(sentence, retry_after=retry_after.total_seconds(), **details)
        self.retry_after = retry_after


class Fault(KindredError):
    """We or a vendor failed; the caller did nothing wrong."""

    code = "fault"


class StorageUnavailable(Fault):
    """The database cannot take it now (locked, full or gone); nothing was kept, so ask again."""

    code = "storage.unavailable"

    def __init__(self) -> None:
        super().__init__("The database cannot take this now. Nothing was kept; try again.")


class Unavailable(Fault):
    """A vendor cannot take it now: again later, after `retry_after` if it said when."""

    code = "channel.unavailable"

    def __init__(self, sentence: str, retry_after: timedelta | None = None, **details: object) -> None:
        super().__init__(sentence, **details)
        self.retry_after = retry_after


class Unanswered(Unavailable):
    """A vendor was given it and has not said whether it took it: again later, but not for ever, since each time may be one more for the customer."""


class Undeliverable(Fault):
    """A vendor will never take this: show its words to the agent."""

    code = "channel.undeliverable"
