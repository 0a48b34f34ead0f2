"""What cases refuse."""

from datetime import datetime

from cases.values import CaseStatus
from kernel.errors import Conflict, Invalid


class IllegalTransition(Conflict):
    """A case was asked to move where its status does not lead."""

    code = "case.illegal_transition"

    def __init__(self, current: CaseStatus, wanted: CaseStatus) -> None:
        super().__init__(f"This case is {_said(current)}; it cannot become {_said(wanted)}.", current=current, wanted=wanted)


class NothingToUndo(Conflict):
    """The change is not the agent's own, cannot be undone, or something else came after it."""

    code = "case.nothing_to_undo"

    def __init__(self) -> None:
        super().__init__("This can no longer be undone: something else came after it, or it was not yours.")


class SnoozeInThePast(Invalid):
    """A case was to be put away until a moment that is over."""

    code = "case.snooze_in_the_past"

    def __init__(self, until: datetime) -> None:
        super().__init__("A case can only be snoozed until a later moment.", until=until.isoformat())


class SnoozeWithoutEnd(Invalid):
    """The status was to become snoozed, without saying until when."""

    code = "case.snooze_without_end"

    def __init__(self) -> None:
        super().__init__("Say until when: snooze the case instead of setting its status.")


class BadTag(Invalid):
    """A tag is empty or too long."""

    code = "case.bad_tag"

    def __init__(self, longest: int) -> None:
        super().__init__(f"A tag has 1 to {longest} characters.", longest=longest)


class TooManyTags(Invalid):
    """A case would carry more tags than anybody reads."""

    code = "case.too_many_tags"

    def __init__(self, most: int) -> None:
        super().__init__(f"A case has at most {most} tags.", most=most)


class BadTitle(Invalid):
    """A title is empty or too long."""

    code = "case.bad_title"

    def __init__(self, longest: int) -> None:
        super().__init__(f"A title has 1 to {longest} characters.", longest=longest)


def _said(status: CaseStatus) -> str:
    return status.replace("_", " ")
