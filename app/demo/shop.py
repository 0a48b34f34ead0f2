"""The pretend shop: one page with the chat widget, as a site of a customer of ours would have it."""

import html
from pathlib import Path

_FILE = Path(__file__).parent / "shop.html"

# The house answers with a policy that allows nothing; this page needs its own style and our widget.
SHOP_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}


def shop_page(base_url: str) -> str:
    """Return the shop's page; `base_url` is where this server is reached."""
    return _FILE.read_text(encoding="utf-8").replace("%BASE%", html.escape(base_url))
