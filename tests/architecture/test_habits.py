"""Habits of the house that no linter knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePath

from tests.architecture.source import ROOT, Source, called, last_name, packages, sources

LONGEST = 350
SQL_VERBS = {"select", "insert", "update", "delete"}
# The task supervisor, the listeners, and the two places where many go together and one that fails may not stop the others:
# in intake it becomes a dead letter, in the scheduler it is put off. The web's outermost layer is counted apart.
CATCH_ALL = {"kernel/tasks.py", "kernel/uow.py", "inbox/intake.py", "inbox/push.py", "scheduler/runner.py"}


def test_only_the_unit_of_work_commits() -> None:
    committing = [source.at(node) for source in sources() for node in source.nodes() if called(node) == "commit" and isinstance(node, ast.Call)]
    assert [place.split(":")[0] for place in committing] == ["kernel/uow.py"], committing


def test_nobody_asks_for_a_channel_by_name() -> None:
    """The product asks the manifest, so that a new channel needs no new branch."""
    assert list(_channel_questions()) == []


def _channel_questions() -> Iterator[str]:
    for source in sources(*(package for package in packages() if package != "channels")):
        for node in source.nodes():
            if isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
                if any(last_name(side) == "channel" for side in sides) and any(_holds_words(side) for side in sides):
                    yield source.at(node)
            elif isinstance(node, ast.Match) and last_name(node.subject) == "channel":
                yield source.at(node)


def _holds_words(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    return isinstance(node, ast.Tuple | ast.List | ast.Set) and any(_holds_words(part) for part in node.elts)


def test_sql_stands_in_repositories_only() -> None:
    assert [place for source in sources() if not _may_speak_sql(source) for place in _sql(source)] == []


def _may_speak_sql(source: Source) -> bool:
    path = PurePath(source.name)
    return (
        path.parts[0] in {"kernel", "migrations"}
        or path.match("*/repository.py")
        or path.match("*/repository/*.py")
        or path.match("inbox/repository*.py")
        or path.match("inbox/repositories/*.py")
    )


def _sql(source: Source) -> Iterator[str]:
    for node in source.nodes():
        is_imported = isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy") and SQL_VERBS & {alias.name for alias in node.names}
        is_called = called(node) in SQL_VERBS and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and last_name(node.func.value) == "sa"
        if isinstance(node, ast.ImportFrom | ast.Call) and (is_imported or is_called):
            yield source.at(node)


def test_everything_is_caught_in_few_places_only() -> None:
    """Where nothing may get past, and nowhere else: elsewhere it would hide a mistake."""
    catching = {source.name for source in sources() for node in source.nodes() if isinstance(node, ast.ExceptHandler) and _catches_all(node)}
    elsewhere = catching - CATCH_ALL
    assert len(elsewhere) <= 1, sorted(elsewhere)
    assert all(name.startswith("api/") for name in elsewhere), sorted(elsewhere)


def _catches_all(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = {last_name(kind) for kind in caught}
    # What is raised again is not caught: clearing up after a cancellation, for example.
    return "Exception" in names or ("BaseException" in names and not isinstance(handler.body[-1], ast.Raise))


def test_no_file_holds_two_things() -> None:
    """A file near 300 lines is a sign. A revision is a list of tables, and is never changed."""
    measured = {source.name: len(source.text.splitlines()) for source in (*sources(), *sources("tests"))}
    assert {name: lines for name, lines in measured.items() if lines > LONGEST and not name.startswith("migrations/versions/")} == {}


def test_every_module_says_in_a_sentence_what_it_is() -> None:
    silent = [source.name for source in (*sources(), *sources("tests")) if not re.match(r"[^\n]+[.:]", ast.get_docstring(source.tree) or "")]
    assert silent == []


def test_nothing_is_put_off() -> None:
    """What is not built yet is not there: no marks for later in the code, ours or the browser's."""
    marks = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")))
    browser = [path for path in (ROOT / "ui" / "src").rglob("*") if path.suffix in {".ts", ".svelte", ".css"}]
    put_off = [source.name for source in (*sources(), *sources("tests")) if marks.search(source.text)]
    assert put_off + [str(path.relative_to(ROOT)) for path in browser if marks.search(path.read_text())] == []
