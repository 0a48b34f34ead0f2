"""Our top-level names are ours alone: the packages are flat, so nobody else may ship one of them."""

import sys
from importlib.metadata import packages_distributions

from tests.architecture.source import ROOT, packages

OURS = "kindred-inbox"


def test_no_installed_distribution_ships_one_of_them() -> None:
    shipped = packages_distributions()
    taken = {name: owners for name in packages() if (owners := set(shipped.get(name, ())) - {OURS})}
    assert taken == {}


def test_none_is_named_like_a_standard_module() -> None:
    assert set(packages()) & set(sys.stdlib_module_names) == set()


def test_the_wheel_lists_every_package_and_nothing_else() -> None:
    """What is not listed is missing on somebody's machine; what is not ours has no place there."""
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert set(packages()) == found
