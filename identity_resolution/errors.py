"""The refusals of identity resolution."""

from kernel.errors import Conflict, Invalid


class AlreadyOne(Conflict):
    """Two customers were to be merged that are one already."""

    code = "merge.already_one"

    def __init__(self, root_id: int) -> None:
        super().__init__("These two are the same customer already.", customer_id=str(root_id))


class KnownToBeTwo(Conflict):
    """Somebody has said that these are two people; only a person may overrule that."""

    code = "merge.known_to_be_two"

    def __init__(self) -> None:
        super().__init__("These two are known to be different people.")


class AlreadyUndone(Conflict):
    """A merge can be undone once."""

    code = "merge.already_undone"

    def __init__(self, link_id: int) -> None:
        super().__init__("This merge has been undone already.", link_id=str(link_id))


class AlreadyAnswered(Conflict):
    """A proposal is answered once; then it is a merge, or a word that they are two."""

    code = "proposal.already_answered"

    def __init__(self, state: str) -> None:
        super().__init__("This proposal has been answered already.", state=state)


class BadProfile(Invalid):
    """A profile was to be given a value that means nothing."""

    code = "customer.bad_profile"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence, field=field)
