"""What the documentation lists exists, and what exists is listed."""

import ast
import re
from collections.abc import Iterator

from kernel.config import Settings
from tests.architecture.source import ROOT, called, class_constants, sources

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "WS")


def listed(page: str, heading: str, shape: str) -> set[str]:
    """Return the names in back quotes under a heading of a page (down to the next heading of its level) that have a shape."""
    text = (ROOT / "docs" / page).read_text()
    found = re.search(rf"^(#+) {re.escape(heading)}$(.*?)(?=^#{{1,2}} |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"docs/{page} has no heading “{heading}”"
    return {name for name in re.findall(r"`([^`\n]+)`", found[2]) if re.fullmatch(shape, name)}


def test_settings() -> None:
    assert listed("OPERATIONS.md", "Settings", r"KINDRED_[A-Z_]+") == {f"KINDRED_{name.upper()}" for name in Settings.model_fields}


def test_routes() -> None:
    assert listed("API.md", "Routes", rf"({'|'.join(METHODS)}) /\S*") == set(_routes())


def _routes() -> Iterator[str]:
    """Return every address that a handler is declared for (`@routes.route("GET", "/…")`) or bound to (`add_get("/…", …)`), as `METHOD /path`."""
    for source in sources("api"):
        for node in source.nodes():
            verb = called(node)
            if not isinstance(node, ast.Call) or verb is None:
                continue
            words = [argument.value for argument in node.args[:2] if isinstance(argument, ast.Constant) and isinstance(argument.value, str)]
            if verb in {"route", "add_route"} and len(words) == 2:
                yield " ".join(words)
            elif verb.startswith("add_") and verb[4:].upper() in METHODS and words and words[0].startswith("/"):
                yield f"{verb[4:].upper()} {words[0]}"


def test_error_codes() -> None:
    codes = {code for source in sources() for code in class_constants(source, "code")}
    assert listed("API.md", "Error codes", r"[a-z_]+(\.[a-z_]+)*") == codes


def test_facts() -> None:
    kinds = {kind for source in sources() if source.name.endswith("events.py") for kind in class_constants(source, "kind")} - {"fact"}
    assert listed("ARCHITECTURE.md", "Facts", r"[a-z_]+\.[a-z_]+") == kinds
