"""Kindred between a real Postfix and a real Dovecot: run by `make acceptance`, as root, and by nothing else."""
