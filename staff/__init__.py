"""Who works here: agents, teams, roles, sessions, tokens and business hours."""
