"""Faults of storage: processes that are killed, databases that are locked, full or gone, clocks that jump, migrations that are cut short."""
