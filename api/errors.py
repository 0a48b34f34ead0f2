"""The refusals of the edge itself: requests that never reach a verb."""

from collections.abc import Sequence

from kernel.errors import Forbidden, Invalid, Refusal, TooLarge


class Malformed(Refusal):
    """The body is not what its type says (no JSON, no form, no text)."""

    code = "request.malformed"

    def __init__(self, sentence: str = "The body is not valid JSON.") -> None:
        super().__init__(sentence)


class UnsupportedType(Refusal):
    """The body has a media type that is not taken here."""

    code = "request.unsupported_type"

    def __init__(self, wanted: str) -> None:
        super().__init__(f"Send this as {wanted}.", wanted=wanted)


class InvalidRequest(Invalid):
    """The body or the query does not fit its schema; `errors` says where."""

    code = "request.invalid"

    def __init__(self, errors: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{path}: {message}" for path, message in errors[:5]) or "The request does not fit its schema.")
        self.errors = errors


class BodyTooLarge(TooLarge):
    """More bytes than this address takes."""

    code = "request.too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"At most {limit} bytes are taken here.", limit=limit)


class BadCsrf(Forbidden):
    """A change was asked with the session's cookie but without its CSRF token."""

    code = "session.bad_csrf"

    def __init__(self) -> None:
        super().__init__("Send the session's CSRF token in X-CSRF-Token.")


class ForeignOrigin(Forbidden):
    """A page of another origin asked for something that only our own may ask."""

    code = "request.foreign_origin"

    def __init__(self) -> None:
        super().__init__("This address answers to pages of its own origin only.")


class RoleTooLow(Forbidden):
    """Signed in, but in a role that may not do this."""

    code = "access.role_too_low"

    def __init__(self, wanted: str) -> None:
        super().__init__(f"Only a {wanted} may do this.", wanted=wanted)
