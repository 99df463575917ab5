"""Formulas as MathML, which browsers draw by themselves: for pages that are read without a network.

    jupyter nbconvert --to html --HTMLExporter.preprocessors=cnnkit.formulas.Formulas NOTEBOOK.ipynb
"""

from __future__ import annotations

import re
from typing import Any

from latex2mathml.converter import convert
from nbconvert.preprocessors import Preprocessor

_CODE = r"(?P<code>```.*?```|`[^`]*`|<code>.*?</code>|<pre>.*?</pre>)"
_BLOCK = r"\$\$(?P<block>.+?)\$\$"
_INLINE = r"(?<![\\$\w])\$(?P<inline>[^\s$](?:[^$\n]*[^\s$\\])?)\$(?!\d)"
_PART = re.compile(f"{_CODE}|{_BLOCK}|{_INLINE}", re.DOTALL)
_ACTIVE = re.compile(r"\\(?:href|class|style|cssId|data|html)|<(?=[A-Za-z/!?])")  # would become an attribute, a tag


class Formulas(Preprocessor):
    """A step of nbconvert: `$…$` and `$$…$$` in text cells become MathML, what cannot stays as it is."""

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """One cell; code cells are left alone."""
        if cell.cell_type == "markdown":
            cell.source = with_mathml(cell.source)
        return cell, resources


def with_mathml(text: str) -> str:
    """Markdown with its formulas as MathML; what stands in code stays."""
    return _PART.sub(_drawn, text)


def _drawn(found: re.Match[str]) -> str:
    formula = found["block"] or found["inline"]
    if not formula or _ACTIVE.search(formula):
        return found[0]
    try:
        return convert(formula.strip(), display="block" if found["block"] else "inline")
    except Exception:  # noqa: BLE001  a student may write anything between two dollars
        return found[0]
