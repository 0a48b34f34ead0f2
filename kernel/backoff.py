"""How long to wait before trying again."""

import random
from datetime import timedelta


def doubling(attempt: int, *, first: timedelta = timedelta(seconds=2), most: timedelta = timedelta(hours=1), jitter: float = 0.2) -> timedelta:
    """Return the wait after the `attempt`-th failure (from 1): doubled each time up to `most`, with `jitter` of it left to chance so that many do not come back at once."""
    wait = min(first * (1 << min(attempt - 1, 24)), most)
    return wait * (1 + random.uniform(-jitter, jitter))
