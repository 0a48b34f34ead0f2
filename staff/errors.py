"""The refusals of staff."""

from datetime import timedelta

from kernel.errors import Conflict, Invalid, TooMany, Unauthenticated


class WrongCredentials(Unauthenticated):
    """Address or password is wrong; which of them is not said."""

    code = "session.wrong_credentials"

    def __init__(self) -> None:
        super().__init__("This e-mail address and password do not go together.")


class NotSignedIn(Unauthenticated):
    """Who asks may no longer sign in."""

    code = "session.not_signed_in"

    def __init__(self) -> None:
        super().__init__("Sign in first.")


class Throttled(TooMany):
    """Too many sign-ins have failed; none is tried until the wait is over."""

    code = "session.throttled"

    def __init__(self, wait: timedelta) -> None:
        super().__init__("Too many sign-ins have failed. Wait before you try again.", retry_after=wait)


class AgentExists(Conflict):
    """An address signs in one agent only."""

    code = "agent.exists"

    def __init__(self, email: str) -> None:
        super().__init__("There is an agent with this e-mail address already.", email=email)


class LastAdmin(Conflict):
    """Without an admin nobody could ever change anything again."""

    code = "agent.last_admin"

    def __init__(self) -> None:
        super().__init__("This is the last active admin. Make somebody else an admin first.")


class TeamExists(Conflict):
    """Teams are told apart by their names."""

    code = "team.exists"

    def __init__(self, name: str) -> None:
        super().__init__("There is a team with this name already.", name=name)


class BadAddress(Invalid):
    """What was given as an e-mail address is none."""

    code = "staff.bad_address"

    def __init__(self) -> None:
        super().__init__("An agent signs in with an e-mail address, like ines@desk.example.")


class NoName(Invalid):
    """A name was empty."""

    code = "staff.no_name"

    def __init__(self) -> None:
        super().__init__("A name needs at least one character.")
