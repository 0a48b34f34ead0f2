"""Telegram, through a bot of ours."""
