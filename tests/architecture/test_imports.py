"""Who may import whom: the contracts in pyproject.toml, kept."""

import tomllib

import pytest
from importlinter.cli import lint_imports

from tests.architecture.source import ROOT, packages

IMPORTLINTER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]


def test_keeps_every_contract(capsys: pytest.CaptureFixture[str]) -> None:
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None, show_timings=False)
    assert status == 0, capsys.readouterr().out


def test_lints_every_package_that_is_shipped() -> None:
    assert set(IMPORTLINTER["root_packages"]) == set(packages())


def test_binds_every_adapter() -> None:
    """A new channel is in no contract until it is named there."""
    adapters = {f"channels.{path.parent.name}" for path in (ROOT / "channels").glob("*/__init__.py")}
    contracts = {contract["id"]: contract for contract in IMPORTLINTER["contracts"]}
    assert set(contracts["adapters"]["modules"]) == adapters
    assert set(contracts["hub"]["forbidden_modules"]) == adapters
