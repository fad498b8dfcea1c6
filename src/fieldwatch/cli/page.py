"""The result as one page in one file: it loads nothing from anywhere, and says so to the browser.

Standards: Content Security Policy Level 3 (hash sources), HTML (restrictions for contents of script elements).
Its script and style are built from `web/` into `cli/assets`; the data stand in the page as JSON, which no browser runs.
"""

from __future__ import annotations

import base64
import hashlib
import html
from importlib.resources import files
from typing import TYPE_CHECKING

from fieldwatch.cli.language import ENGLISH, Language, marked

if TYPE_CHECKING:
    from fieldwatch.pipeline import Result


class MissingAssets(Exception):
    """The built script and style of the page are not there: says what to do."""


POLICY = "default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'"
"""Nothing is loaded; only the one script and the one style of the page are used."""

PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Fieldwatch</title>
<style>{style}</style>
</head>
<body>
<noscript>{noscript}</noscript>
<script type="application/json" id="data">{data}</script>
<script>{script}</script>
</body>
</html>
"""


NOSCRIPT = marked("This page needs its own script to show the inventory that it holds. It loads nothing from anywhere.")


def page(result: Result, language: Language = ENGLISH) -> str:
    """The page. Raises `MissingAssets` where its script and style were not built."""
    from fieldwatch.cli.page_data import page_data

    script, style = _asset("report.js"), _asset("report.css")
    policy = POLICY.format(script=_hash(script), style=_hash(style))
    parts = {"language": language.code, "policy": policy, "style": style, "noscript": html.escape(language.say(NOSCRIPT))}
    return _filled(PAGE, {**parts, "data": embedded(page_data(result, language)), "script": script})


def embedded(data: object) -> str:
    """The data as JSON that cannot end the element that it stands in ([HTML] 4.12.1.3), nor begin a comment in it."""
    import orjson

    return orjson.dumps(data).decode().replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _filled(template: str, parts: dict[str, str]) -> str:
    """The template with its parts, each put in once: what stands in a part is never taken for a place."""
    out, rest = [], template
    for name, text in parts.items():
        before, _, rest = rest.partition("{" + name + "}")
        out += [before, text]
    return "".join([*out, rest])


def _asset(name: str) -> str:
    try:
        text = (files("fieldwatch.cli") / "assets" / name).read_text(encoding="utf-8").strip()
    except OSError:
        raise MissingAssets(f"the page's {name} is not built; run `make setup`, or `npm ci && npm run build` in web/") from None
    if "</" in text:
        raise MissingAssets(f"the page's {name} holds `</`, which would end its element; build it again")
    return text


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
