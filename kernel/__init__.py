"""What every room stands on: configuration, time, ids, errors, facts, storage and its unit of work, secrets and tasks."""
