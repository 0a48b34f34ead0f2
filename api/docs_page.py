"""The readable page of the API: the OpenAPI document as HTML, without scripts and without foreign origins."""

from collections.abc import Sequence
from html import escape

import orjson

from api.route import Bytes, Route

PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_STYLE = """
:root{color-scheme:light dark;--ink:#1c2330;--dim:#5b6472;--page:#fff;--line:#dfe3ea;--tint:#f4f6f9;--go:#1d6b45;--change:#8a4b08;--end:#a3262a}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ef;--dim:#a2abba;--page:#14171c;--line:#2c323c;--tint:#1c2027;--go:#6fce9d;--change:#e8b06a;--end:#f28b8b}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:2rem 1rem 6rem}h1{margin:0 0 .5rem}h2{margin:2.5rem 0 .5rem;text-transform:capitalize}
nav a{margin-inline-end:1rem}a{color:inherit}p{max-width:44rem}code,pre{font:13px/1.5 ui-monospace,monospace}
details{border:1px solid var(--line);border-radius:6px;margin:.4rem 0;background:var(--tint)}summary{padding:.5rem .8rem;cursor:pointer;overflow-wrap:anywhere}
details>div{padding:0 .8rem .8rem}pre{overflow:auto;max-height:26rem;background:var(--page);border:1px solid var(--line);border-radius:6px;padding:.6rem}
b{font:600 12px ui-monospace,monospace;display:inline-block;min-width:4.5rem}.GET{color:var(--go)}.POST,.PATCH{color:var(--change)}.DELETE{color:var(--end)}
small{color:var(--dim)}table{border-collapse:collapse;width:100%}td,th{text-align:start;vertical-align:top;padding:.25rem .6rem .25rem 0;border-bottom:1px solid var(--line)}
"""
_INTRODUCTION = """
<p>Everything the browser does, a program may do. Sign in with <code>Authorization: Bearer &lt;API token&gt;</code>
(<code>kindred token create --agent EMAIL</code>). Ids are 64-bit and travel as strings, moments are ISO 8601 in UTC, spans are seconds.
Lists come in pages: send <code>next</code> back as <code>cursor</code>. Refusals are <code>application/problem+json</code> with a stable <code>code</code>.</p>
<p>The same as a document for programs: <a href="/api/v1/openapi.json">/api/v1/openapi.json</a> (OpenAPI 3.1).</p>
"""


def page(routes: Sequence[Route], document: dict[str, object]) -> bytes:
    """Return the whole page."""
    tags = list(dict.fromkeys(route.tag for route in routes))
    parts = "".join(f'<h2 id="{tag}">{tag.replace("-", " ")}</h2>' + "".join(_operation(route) for route in routes if route.tag == tag) for tag in tags)
    links = "".join(f'<a href="#{tag}">{tag.replace("-", " ")}</a>' for tag in [*tags, "shapes"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Kindred API</title><style>{_STYLE}</style></head><body><main><h1>Kindred API</h1>{_INTRODUCTION}<nav>{links}</nav>"
        f'{parts}<h2 id="shapes">Shapes</h2>{_shapes(document)}</main></body></html>'
    ).encode()


def _operation(route: Route) -> str:
    words = escape((route.handler.__doc__ or "").split("\n")[0])
    who = f"{route.who} and above" if route.who else "anybody"
    rows = [("For", escape(who))]
    if route.query:
        names = ", ".join(f"<code>{escape(name)}</code>" for name in route.query.model_fields)
        rows.append(("Query", names))
    if route.body:
        rows.append(("Body", _link(route.body.__name__)))
    if route.takes:
        rows.append(("Body", escape(route.takes.media_type)))
    for name, meaning in route.headers.items():
        rows.append((f"Header {escape(name)}", escape(meaning)))
    for status, shape in route.answers.items():
        answer = escape(shape.media_type) if isinstance(shape, Bytes) else _link(shape.__name__) if shape else "nothing"
        rows.append((str(status), answer))
    rows.append(("Refusals", ", ".join(str(status) for status in route.problems)))
    table = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in rows)
    name = f'<b class="{route.method}">{route.method}</b> <code>{escape(route.path)}</code> <small>{words}</small>'
    return f"<details><summary>{name}</summary><div><table>{table}</table></div></details>"


def _link(name: str) -> str:
    return f'<a href="#{escape(name)}"><code>{escape(name)}</code></a>'


def _shapes(document: dict[str, object]) -> str:
    components = document["components"]
    schemas = components["schemas"] if isinstance(components, dict) else {}
    return "".join(
        f'<details id="{escape(name)}"><summary><code>{escape(name)}</code> <small>{escape(str(schema.get("description", "")))}</small></summary>'
        f"<div><pre>{escape(orjson.dumps(schema, option=orjson.OPT_INDENT_2).decode())}</pre></div></details>"
        for name, schema in sorted(schemas.items())
    )
