"""The refusals of staff."""

from datetime import timedelta

from kernel.errors import Conflict, Invalid, TooMany, Unauthenticated


class WrongCredentials(Unauthenticated):
    """Address and password do not go together; which of the two is wrong is not said."""

    code = "session.wrong_credentials"

    def __init__(self) -> None:
        super().__init__("Address or password is wrong.")


class Throttled(TooMany):
    """Too many failed sign-ins."""

    code = "session.throttled"

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__("Too many failed sign-ins. Wait a little, then try again.", retry_after)


class AgentExists(Conflict):
    """Two agents cannot sign in with one address."""

    code = "agent.exists"

    def __init__(self) -> None:
        super().__init__("There is already an agent with this address.")


class TeamExists(Conflict):
    """Two teams cannot have one name."""

    code = "team.exists"

    def __init__(self, name: str) -> None:
        super().__init__("There is already a team with this name.", name=name)


class BadAgent(Invalid):
    """A name or an address that is none."""

    code = "agent.invalid"


class BadTeam(Invalid):
    """A team without a name, or with members that are no agents."""

    code = "team.invalid"
