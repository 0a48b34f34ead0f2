"""A real browser against the real server: what an agent and a visitor see and do."""
