"""Hatchling's hook: the wheel and the editable install bring the built browser's side along, so that nobody who installs needs Node."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BrowserSide(BuildHookInterface[Any]):
    """Builds ui/ and lays it into the wheel as api/ui_dist; `KINDRED_SKIP_UI=1` leaves it out."""

    def dependencies(self) -> list[str]:
        """Ask for Node by pip, but only when there is something to build and nothing to build it with."""
        if _is_skipped():
            return []
        ui = _builder(Path(self.root))
        return [ui.NODE] if ui.is_stale() and ui.usable_node() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before the files are gathered; an editable install reads ui/dist where it stands."""
        if _is_skipped():
            return
        ui = _builder(Path(self.root))
        ui.build()
        if version != "editable":
            build_data["force_include"][str(ui.DIST)] = "api/ui_dist"


def _is_skipped() -> bool:
    return os.environ.get("KINDRED_SKIP_UI", "") not in {"", "0"}


def _builder(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("kindred_ui_build", root / "ui" / "build.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError("ui/build.py is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
