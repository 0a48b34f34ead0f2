"""The source as these tests read it: our files, parsed."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file; `name` is its path from the project's folder, with slashes."""

    name: str
    text: str
    tree: ast.Module

    def nodes(self) -> Iterator[ast.AST]:
        """Return every node."""
        return ast.walk(self.tree)

    def at(self, node: ast.stmt | ast.expr | ast.excepthandler) -> str:
        """Return where a node stands, so that an editor finds it."""
        return f"{self.name}:{node.lineno}"


@cache
def packages() -> tuple[str, ...]:
    """Return the packages that the wheel holds."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return tuple(settings["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Return the files of some folders, of all the wheel's packages without any."""
    found = sorted(path for folder in folders or packages() for path in (ROOT / folder).rglob("*.py"))
    return tuple(Source(path.relative_to(ROOT).as_posix(), text, ast.parse(text)) for path in found for text in [path.read_text()])


def class_constants(source: Source, name: str) -> Iterator[str]:
    """Return the strings that classes of a file set for a name in their body (`code = "case.closed"`)."""
    for node in source.nodes():
        for statement in node.body if isinstance(node, ast.ClassDef) else ():
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target if isinstance(statement, ast.AnnAssign) else None
            value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
            if isinstance(target, ast.Name) and target.id == name and isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value


def called(node: ast.AST) -> str | None:
    """Return the last name of what is called (`commit` of `session.commit()`), None when it is no call."""
    if not isinstance(node, ast.Call):
        return None
    return last_name(node.func)


def last_name(node: ast.AST) -> str | None:
    """Return the last name of an expression (`channel` of `row.inbox.channel`)."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None
