"""The `kindred` command's first breath: loads the house without the garbage collector, which has nothing to find in modules that stay."""

import gc


def main() -> None:
    """Run the command line. Loading takes a fifth less time so; who serves for long turns the collector on again (`app.running`)."""
    gc.disable()
    from app.cli import main as commands

    commands()
