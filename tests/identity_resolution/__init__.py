"""Who is writing: rules, filing, merges."""
