"""How long and how wild a test of faults is: short in `make test`, long in `make torture`, and always repeatable from its seed."""

import os
import random

SEED_WORD = "SEED"
LONG_WORD = "KINDRED_TORTURE"


def settle_seed() -> None:
    """Draw a seed for this run unless one is given; workers inherit it."""
    os.environ.setdefault(SEED_WORD, str(random.SystemRandom().randrange(1_000_000)))


def seed() -> str:
    """Return the seed of this run: a run with `SEED=` the same draws the same."""
    return os.environ[SEED_WORD]


def dice(*of_what: object) -> random.Random:
    """Return a source of chance of its own for one test: the same words and the same seed give the same draws."""
    return random.Random(":".join(map(str, (seed(), *of_what))))


def size(short: int, long: int) -> int:
    """Return how much this run shall do: `short` in `make test`, `long` in `make torture`."""
    return long if os.environ.get(LONG_WORD) else short
