"""Who is writing: customers, their identities, what messages claim, and merges that can be undone."""
