"""Starts real servers quickly: a process that has loaded the house and nothing else forks one for each order.

`python -m tests.torture.nursery` reads orders, one JSON a line, and answers each with one line. What is forked runs the command line as
`kindred run` does, in a process of its own that can be killed; only the seconds of loading modules are saved.
"""

import gc
import importlib
import json
import os
import signal
import sys
from typing import Any

# What a server loads by and by: a round is too short to wait for it.
_LOADED = (
    "app.running",
    "channels.chat.adapter",
    "channels.email.adapter",
    "channels.email.compose",
    "channels.email.listener",
    "channels.email.sender",
    "channels.sms.adapter",
    "channels.sms.send",
    "channels.telegram.adapter",
    "migrations.run",
)


def main() -> None:
    """Answer orders until nobody gives any more, then end whatever still runs."""
    gc.disable()
    for name in _LOADED:
        importlib.import_module(name)
    running: set[int] = set()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        order: dict[str, Any] = json.loads(line)
        if "run" in order:
            pid = os.fork()
            if pid == 0:
                _serve(order)
            running.add(pid)
            answer = str(pid)
        elif "load" in order:
            for name in order["load"]:
                importlib.import_module(name)
            answer = "0"
        else:
            _, status = os.waitpid(order["bury"], 0)
            running.discard(order["bury"])
            answer = str(os.waitstatus_to_exitcode(status))
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
    for pid in running:
        os.kill(pid, signal.SIGKILL)


def _serve(order: dict[str, Any]) -> None:
    """Become a server, for ever."""
    code = 1
    try:
        nothing, log = os.open(os.devnull, os.O_RDONLY), os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for ours, standard in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(ours, standard)
        os.chdir(order["folder"])
        os.environ.update(order["environment"])
        from app.cli import main as commands

        commands(order["run"], standalone_mode=False)
        code = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
