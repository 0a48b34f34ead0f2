"""The refusals of the start."""

import errno
import os

from kernel.errors import Fault


class CannotListen(Fault):
    """A port is not to be had, most often because another program listens on it."""

    code = "server.cannot_listen"

    def __init__(self, host: str, port: int, fault: OSError, setting: str) -> None:
        taken, number = fault.errno == errno.EADDRINUSE, fault.errno or 0
        why = "another program listens there" if taken else os.strerror(number) if number > 0 else "there is no such address"
        super().__init__(f"Cannot listen on {host}, port {port}: {why}. {setting} chooses another.", host=host, port=port)
