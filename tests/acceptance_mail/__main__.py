"""`make acceptance`: installs Debian's Postfix and Dovecot where they are missing, then runs the acts of this folder between them.

They run on a configuration of ours in a temporary folder, on free ports of this machine only; services of theirs are neither
configured nor started. Nothing that is installed is removed for it.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.architecture.source import ROOT

PROGRAMS = {"postfix": Path("/usr/sbin/postfix"), "dovecot-imapd": Path("/usr/lib/dovecot/imap"), "dovecot-lmtpd": Path("/usr/lib/dovecot/lmtp")}
PACKAGES = (*PROGRAMS, "dovecot-sieve")
_SIEVE = Path("/usr/lib/dovecot/modules/lib90_sieve_plugin.so")
_POLICY = Path("/usr/sbin/policy-rc.d")
_NO_QUESTIONS = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
_INSTALLED_WITHIN, _DONE_WITHIN, _CLEARED_WITHIN = 600.0, 1200.0, 60.0  # seconds


class CannotRun(Exception):
    """The acts cannot be run here; the sentence says what is missing."""


def main() -> int:
    """Install what is missing, run the acts, and return how they ended; 2 where they cannot be run at all."""
    try:
        provide()
    except CannotRun as missing:
        sys.stderr.write(f"make acceptance did not run: {missing}\n")
        return 2
    command = [sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", "tests/acceptance_mail", *sys.argv[1:]]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "KINDRED_ACCEPTANCE": "mail"}) as acts:
        try:
            return acts.wait(_DONE_WITHIN)
        except subprocess.TimeoutExpired:
            # Interrupted, it still ends the servers that it started.
            acts.send_signal(signal.SIGINT)
            acts.wait(_CLEARED_WITHIN)
            sys.stderr.write(f"make acceptance was ended: it took longer than {_DONE_WITHIN:.0f} s.\n")
            return 1


def provide() -> None:
    """Install the mail servers where one is missing.

    Raises:
        CannotRun: we are not root, this is no Debian, they cannot be installed without removing something, or they are too new.
    """
    if os.geteuid() != 0:
        raise CannotRun("it needs root, because Postfix and Dovecot do (try: sudo make acceptance).")
    if not all(program.exists() for program in (*PROGRAMS.values(), _SIEVE)):
        _install()
    version = _run(["dovecot", "--version"])
    if not version.startswith("2.3."):
        raise CannotRun(f"its configuration is written for Dovecot 2.3 (Debian 11 and 12); here is {version.strip()}.")


def _install() -> None:
    if shutil.which("apt-get") is None:
        raise CannotRun(f"{', '.join(PACKAGES)} are not all installed, and there is no apt-get to install them with.")
    sys.stdout.write(f"Installing {', '.join(PACKAGES)} …\n")
    sys.stdout.flush()
    # Debian's question how Postfix is to be configured: not at all.
    _run(["debconf-set-selections"], given="postfix postfix/main_mailer_type select No configuration\n")
    _run(["apt-get", "update", "-qq"])
    with _nothing_started():
        # Another mail server of this machine would have to go for Postfix: that is for its owner to decide.
        _run(["apt-get", "install", "-qq", "-y", "--no-install-recommends", "--no-remove", *PACKAGES])


@contextmanager
def _nothing_started() -> Iterator[None]:
    """Keep Debian from starting what it installs."""
    if _POLICY.exists():
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink()


def _run(command: list[str], given: str = "") -> str:
    try:
        done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=_INSTALLED_WITHIN, env={**os.environ, **_NO_QUESTIONS})
    except (OSError, subprocess.TimeoutExpired) as trouble:
        raise CannotRun(f"“{' '.join(command)}” failed: {trouble}") from trouble
    if done.returncode:
        raise CannotRun(f"“{' '.join(command)}” failed: {(done.stderr or done.stdout).strip()[-600:]}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
