"""Shapes of cases and of what is done to them."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from api.schemas.common import Body, GivenId, GivenMoment, Id, Line, Moment, Named, NotBlank, Paging, Prose, Shape, read_id
from api.schemas.inboxes import LimitsShape
from cases.values import CaseStatus, Priority, Sort, View
from inbox.values import Direction, Draft, MessageKind, ReplyOption
from inbox.views import CaseDetail, CaseRow

# How many there may be, and what is an address, the hub says.
Others = Annotated[list[Annotated[Line, StringConstraints(max_length=600)]], Field(max_length=200)]
Tag = Annotated[Line, StringConstraints(min_length=1, max_length=60), NotBlank]


class InboxNameShape(Shape):
    """An inbox, named, with its channel."""

    id: Id
    name: str
    channel: str


class LastMessageShape(Shape):
    """The first words of a case's newest message."""

    id: Id
    preview: str
    direction: Direction
    kind: MessageKind
    channel: str
    at: Moment


class CaseRowShape(Shape):
    """A case as a list shows it."""

    id: Id
    number: int
    title: str
    status: CaseStatus
    priority: Priority
    customer: Named
    assignee: Named | None
    team: Named | None
    inbox: InboxNameShape
    tags: list[str]
    last_message: LastMessageShape | None
    is_unread: bool
    is_unverified: bool
    opened_at: Moment
    waiting_since: Moment | None
    first_response_at: Moment | None
    resolved_at: Moment | None
    snoozed_until: Moment | None
    updated_at: Moment

    @classmethod
    def of(cls, row: CaseRow) -> "CaseRowShape":
        """Show a row of a list."""
        return cls.model_validate(_row(row))


def _row(row: CaseRow) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(row, name) for name in CaseRowShape.model_fields if name != "is_unverified"}
    return {**values, "is_unverified": row.last_message is not None and row.last_message.is_unverified}


class OtherShape(Shape):
    """Somebody else in a conversation."""

    name: str | None
    address: str


class ReplyOptionShape(Shape):
    """One way to reach the customer; `key` names it in a reply, `cc` is whom "reply to all" adds."""

    key: str
    inbox_id: Id
    inbox_name: str
    channel: str
    channel_name: str
    conversation_id: Id | None
    identity_id: Id
    recipient: str
    is_verified: bool
    features: list[str]
    limits: LimitsShape
    is_default: bool
    subject: str | None
    cc: list[OtherShape]

    @classmethod
    def of(cls, option: ReplyOption) -> "ReplyOptionShape":
        """Show an option."""
        values: dict[str, object] = {name: getattr(option, name) for name in cls.model_fields if name not in ("limits", "features")}
        return cls.model_validate({**values, "features": sorted(option.features), "limits": LimitsShape(text=option.text_limit)})


class WhyShape(Shape):
    """Why there is this case, and why it is with whom it is."""

    opened: str
    assigned: str | None


class CaseShape(CaseRowShape):
    """A case as its own page shows it."""

    reply_options: list[ReplyOptionShape]
    newest_message_id: Id | None
    allowed_statuses: list[CaseStatus]
    linked_case_id: Id | None
    why: WhyShape

    @staticmethod
    def values_of(case: CaseDetail) -> dict[str, object]:
        """Return what this shape is made of."""
        return {
            **_row(case.row),
            "reply_options": [ReplyOptionShape.of(option) for option in case.reply_options],
            "newest_message_id": case.newest_message_id,
            "allowed_statuses": list(case.allowed_statuses),
            "linked_case_id": case.linked_case_id,
            "why": WhyShape(opened=case.opened_reason, assigned=case.assigned_reason),
        }


class ChangedCaseShape(CaseShape):
    """A case that was just changed, and the activity by which that can be undone (null when nothing changed)."""

    activity_id: Id | None


class CountsShape(Shape):
    """How many cases each view holds, for this agent."""

    mine: int
    unassigned: int
    all: int
    snoozed: int
    resolved: int
    teams: dict[str, int]


def _ids(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("ids, separated by commas")
    numbers = [read_id(part.strip()) for part in value.split(",")]
    if None in numbers or len(numbers) > 200:
        raise ValueError("at most 200 ids, separated by commas")
    return value


class CaseQuery(Paging):
    """Which cases. `ids` gives those rows whatever the view; `all` is everything not resolved, closed or snoozed."""

    view: View = View.ALL
    team_id: GivenId | None = None
    inbox_id: GivenId | None = None
    tag: Annotated[Line, StringConstraints(max_length=60)] | None = None
    customer_id: GivenId | None = None
    status: CaseStatus | None = None
    sort: Sort = Sort.NEWEST
    ids: Annotated[str, AfterValidator(_ids), StringConstraints(max_length=4200)] | None = None

    @property
    def id_list(self) -> tuple[int, ...] | None:
        """The ids, read."""
        return None if self.ids is None else tuple(int(part) for part in self.ids.split(","))


class ReplyBody(Body):
    """What an agent answers. `seen_message_id` is the newest message on their screen: if something newer came, the reply is refused unless `confirm`."""

    text: Annotated[Prose, StringConstraints(max_length=100_000), NotBlank]
    reply_option: Annotated[str, StringConstraints(max_length=200)]
    seen_message_id: GivenId | None = None
    confirm: bool = False
    attachment_ids: Annotated[list[GivenId], Field(max_length=20)] = []
    cc: Others = []
    bcc: Others = []
    subject: Annotated[Line, StringConstraints(max_length=500)] | None = None
    then: Literal["open", "pending", "resolved"] = "pending"

    def draft(self) -> Draft:
        """Return it as the hub knows it."""
        return Draft(
            text=self.text,
            option_key=self.reply_option,
            seen_message_id=self.seen_message_id,
            confirm=self.confirm,
            attachment_ids=tuple(self.attachment_ids),
            cc=tuple(self.cc),
            bcc=tuple(self.bcc),
            subject=self.subject,
            then=CaseStatus(self.then),
        )


class NoteBody(Body):
    """What an agent writes for colleagues only."""

    text: Annotated[Prose, StringConstraints(max_length=100_000), NotBlank]


class AssignBody(Body):
    """Whose it becomes; null takes it away, a field that is left out stays."""

    agent_id: GivenId | None = None
    team_id: GivenId | None = None


class StatusBody(Body):
    """Where it moves."""

    status: CaseStatus


class PriorityBody(Body):
    """How urgent it is."""

    priority: Priority


class TagsBody(Body):
    """Tags to put on and take off."""

    add: Annotated[list[Tag], Field(max_length=50)] = []
    remove: Annotated[list[Tag], Field(max_length=50)] = []


class SnoozeBody(Body):
    """Until when it is put away."""

    until: GivenMoment


class SeenBody(Body):
    """How far it was read."""

    message_id: GivenId


class UndoBody(Body):
    """Which change is taken back: the agent's own last one."""

    activity_id: GivenId


class CaseChange(Body):
    """What changes about a case; what is left out stays."""

    title: Annotated[Line, StringConstraints(min_length=1, max_length=400), NotBlank] | None = None
