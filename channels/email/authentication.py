"""What our own mail server found out about a sender: Authentication-Results (RFC 8601), read from the server that the inbox names and from no other."""

from collections.abc import Iterator
from itertools import takewhile

from channels.email.headers import unfold
from channels.email.mime import Part

_METHODS = ("dmarc", "dkim", "spf")
_HEADER = "authentication-results"


def doubts(root: Part, authserv_id: str) -> str | None:
    """Return why the author is not to be believed, in words; None where nothing speaks against it, or nobody who may has looked.

    The topmost lines of that server count, one after the other and the first word on each method; any below other headers may be
    forged. DMARC decides; where a domain says nothing of it, SPF that failed without a DKIM signature that holds does.
    """
    found: dict[str, set[str]] = {}
    for value in _ours(root, authserv_id.strip().lower()):
        said: dict[str, set[str]] = {}
        for method, result in _results(value):
            said.setdefault(method, set()).add(result)
        for method, results in said.items():
            found.setdefault(method, results)
    if "fail" in found.get("dmarc", ()):
        return "DMARC failed"
    if "pass" not in found.get("dmarc", ()) and "fail" in found.get("spf", ()) and "pass" not in found.get("dkim", ()):
        return "SPF failed, and no DKIM signature holds"
    return None


def _ours(root: Part, authserv_id: str) -> Iterator[str]:
    """Yield the values of the topmost run of lines that our server wrote."""
    if not authserv_id:
        return iter(())

    def is_ours(header: tuple[str, str]) -> bool:
        return header[0] == _HEADER and _server(header[1]) == authserv_id

    first = next((index for index, header in enumerate(root.headers) if is_ours(header)), None)
    return iter(()) if first is None else (value for _, value in takewhile(is_ours, root.headers[first:]))


def _server(value: str) -> str:
    words = _without_comments(unfold(value)).partition(";")[0].split()
    return words[0].strip('"').lower() if words else ""


def _results(value: str) -> Iterator[tuple[str, str]]:
    for statement in _without_comments(unfold(value)).split(";")[1:]:
        method, equals, rest = statement.strip().lower().partition("=")
        method = method.partition("/")[0].strip()
        if equals and method in _METHODS:
            yield method, (rest.split() or [""])[0]


def _without_comments(value: str) -> str:
    """Return a value without what stands in parentheses and in quotes, where semicolons mean nothing."""
    out: list[str] = []
    depth = 0
    is_quoted = False
    for sign in value[:8000]:
        if sign == '"' and not depth:
            is_quoted = not is_quoted
        elif is_quoted:
            out.append("_" if sign == ";" else sign)
        elif sign in "()":
            depth = max(0, depth + (1 if sign == "(" else -1))
        elif not depth:
            out.append(sign)
    return "".join(out)
