"""The register: one TOML file a subject, one table a defence."""

import ast
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).parent
_WORDS = ("attack", "defence", "test")
_PLACE = ("file", "old", "new")


class Unusable(Exception):
    """An entry of the register says what cannot be so; the sentence says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a defence stands: `old` is what defends, `new` what stands there without it."""

    file: str
    old: str
    new: str

    def without(self, text: str) -> str:
        """Return a file's text with the defence taken out.

        Raises:
            Unusable: `old` is not there exactly once, or what is left is no Python.
        """
        if (times := text.count(self.old)) != 1:
            raise Unusable(f"{self.file} holds {self.old!r} {times} times, not once")
        if self.old == self.new:
            raise Unusable(f"{self.file}: nothing is taken out, {self.old!r} stays")
        left = text.replace(self.old, self.new)
        if self.file.endswith(".py"):
            try:
                ast.parse(left)
            except SyntaxError as broken:
                raise Unusable(f"{self.file} cannot be read without {self.old!r}: {broken}") from None
        return left


@dataclass(frozen=True, slots=True, kw_only=True)
class Defence:
    """One line of the table; `subject` is the name of the file that it stands in."""

    subject: str
    attack: str
    defence: str
    test: str
    places: tuple[Place, ...]

    def check(self, root: Path = ROOT) -> None:
        """See that the places and the test are there.

        Raises:
            Unusable: one is not.
        """
        for place in self.places:
            file = root / place.file
            if place.file.startswith("tests/") or not file.is_file():
                raise Unusable(f"{self.attack}: {place.file} is no file of the product")
            place.without(file.read_text())
        if not _is_test(root, self.test):
            raise Unusable(f"{self.attack}: there is no test {self.test}")


def subjects() -> list[str]:
    """Return the names of the register's files, in the order of the alphabet."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read(*wanted: str) -> list[Defence]:
    """Return the defences of some subjects (`access`, `access.toml` or a path), of all without any.

    Raises:
        Unusable: there is no such file, or an entry has words missing or too many.
    """
    names = [Path(name).stem for name in wanted] or subjects()
    if unknown := set(names) - set(subjects()):
        raise Unusable(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(subjects())}")
    return [_defence(name, entry) for name in names for entry in tomllib.loads((FOLDER / f"{name}.toml").read_text()).get("defence", [])]


def _defence(subject: str, entry: Mapping[str, object]) -> Defence:
    given = entry.get("take_out", [{word: entry[word] for word in _PLACE if word in entry}])
    known = {*_WORDS, "take_out"} if "take_out" in entry else {*_WORDS, *_PLACE}
    if set(entry) != known or not isinstance(given, list) or not given or not all(set(place) == set(_PLACE) for place in given):
        raise Unusable(f"{subject}.toml: {entry.get('attack', entry)}: wants {', '.join(_WORDS)} and {', '.join(_PLACE)} (or take_out with several of these)")
    attack, defence, test = (str(entry[word]) for word in _WORDS)
    return Defence(subject=subject, attack=attack, defence=defence, test=test, places=tuple(Place(**place) for place in given))


def _is_test(root: Path, test: str) -> bool:
    """Say whether a test stands where its id says, by its words alone: nothing is imported."""
    file, *names = test.partition("[")[0].split("::")
    if not names or not (root / file).is_file():
        return False
    body: list[ast.stmt] = ast.parse((root / file).read_text()).body
    for name in names:
        found = next((node for node in body if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name), None)
        if found is None:
            return False
        body = found.body
    return names[-1].startswith("test")
