"""What attackers try who come by the front door: other people's things, other people's sessions, mail that wants to run."""
