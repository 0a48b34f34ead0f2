"""Where a database stands, without Alembic."""

import subprocess
import sys
from pathlib import Path

from migrations import run
from migrations.standing import HEAD, bring_up


def test_the_newest_revision_is_the_one_of_the_files() -> None:
    assert run.head() == HEAD


async def test_brings_an_empty_database_up_and_then_finds_nothing_to_do(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
    assert [await bring_up(url), await bring_up(url)] == [HEAD, HEAD]


def test_a_start_loads_no_alembic() -> None:
    code = "import app.running, sys; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(run.__file__).parent.parent, check=False).returncode == 0
