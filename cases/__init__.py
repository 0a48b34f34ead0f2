"""What is needed, who owns it, and by when: cases, their history and the ledger every duration is computed from."""
