"""From templates to pages: autoescaping, a content security policy that names every byte."""

import base64
import hashlib
import re
from functools import cache
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from autograder.reports import words
from autograder.text import escape
from autograder.text.templates import environment
from autograder.text.words import amount, duration, first_sentence, number

_TEMPLATES = Path(__file__).parent / "templates"
_CODE = re.compile(r"`([^`\n]{1,200})`")
_STRONG = re.compile(r"(?<![\w*])\*\*(?=[^\s*])([^*\n]{1,300})(?<!\s)\*\*(?![\w*])")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,300})(?<!\s)\*(?![\w*])")


def page(template: str, script: str = "", style: str = "", **values: Any) -> str:
    """The filled template. Its policy allows our style sheet, our script (files' names) and nothing from anywhere.

    A page with a style sheet of its own is one that we serve: its script may ask the server that it came from.
    """
    css = Markup("".join((_TEMPLATES / name).read_text("utf-8") for name in ("page.css", style) if name))
    code = Markup((_TEMPLATES / script).read_text("utf-8")) if script else Markup()
    policy = f"default-src 'none'; style-src {_hash(css)}; img-src data:; base-uri 'none'; form-action 'none'"
    if script:
        policy += f"; script-src {_hash(code)}" + ("; connect-src 'self'" if style else "")
    return fragment(template, css=css, script=code, policy=policy, **values)


def fragment(template: str, **values: Any) -> str:
    """The filled template alone, for a place in somebody else's page."""
    return _environment().get_template(template).render(**values)


def prose(text: str, limit: int = escape.TEXT) -> Markup:
    """Escaped text in which `code` between backticks is set as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape.html(text, limit))))


def emphasised(text: str, limit: int = escape.TEXT) -> Markup:
    """The same with *emphasis* and **more of it**, as staff write comments; in messages an asterisk belongs to code."""
    pieces = _CODE.split(str(escape.html(text, limit)))
    words = [_EMPHASIS.sub(r"<em>\1</em>", _STRONG.sub(r"<strong>\1</strong>", piece)) for piece in pieces[::2]]
    code = [f"<code>{piece}</code>" for piece in pieces[1::2]]
    return Markup("".join(chain.from_iterable(zip_longest(words, code, fillvalue=""))))


@cache
def _environment() -> Environment:
    ours = environment(_TEMPLATES, autoescape=True, keep_trailing_newline=False, finalize=_finalize)
    ours.filters.update(prose=prose, emphasised=emphasised, line=_line, number=number, amount=amount)
    ours.filters.update(first_sentence=first_sentence, duration=duration)
    ours.globals.update(looks=words.LOOKS, look_of=words.look_of)
    return ours


def _finalize(value: Any) -> Any:
    """Every plain string that a template prints goes through `escape`; markup of ours passes."""
    return escape.html(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _line(text: str) -> Markup:
    """A name or a title: one line."""
    return Markup.escape(escape.terminal(text))


def _hash(text: str) -> str:
    """A source expression of a content security policy: exactly these bytes."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"
