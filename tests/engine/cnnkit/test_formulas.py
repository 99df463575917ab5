"""Formulas are readable without a network: in exported pages and in nbgrader's feedback."""

import re
import runpy
from pathlib import Path

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from traitlets.config import Config

from autograder.course.percent import read_source_cells
from cnnkit.formulas import with_mathml

ROOT = Path(__file__).parents[3]
STEP = "cnnkit.formulas.Formulas"


@pytest.mark.parametrize("slug", [path.name for path in sorted((ROOT / "solutions").glob("a*"))])
def test_every_formula_of_a_notebook_becomes_mathml(slug):
    cells = read_source_cells(ROOT / "solutions" / slug / "notebook.py")
    texts = [with_mathml(cell.source) for cell in cells if cell.kind == "markdown"]
    without_code = [re.sub(r"```.*?```|`[^`]*`|<code>.*?</code>", "", text, flags=re.DOTALL) for text in texts]
    assert [text for text in without_code if "$" in text] == []
    assert [text for text in without_code if re.search(r"\\[a-z]+", text)] == []


def text_cell(source):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(source)])


def test_an_exported_page_holds_the_formulas_themselves():
    exporter = HTMLExporter(config=Config({"HTMLExporter": {"preprocessors": [STEP]}}))
    page, _ = exporter.from_notebook_node(text_cell("Sum:\n\n$$\\frac{a}{b}$$\n\nof $x_1$."))
    assert "<mfrac><mrow><mi>a</mi></mrow><mrow><mi>b</mi></mrow></mfrac>" in page
    assert page.count("</math>") == 2


@pytest.mark.parametrize(
    "text",
    [
        "`$x$` and ```\n$y$\n```",
        "<code>$HOME/$x</code>",
        "it costs $5 and $10",
        r"$\href{javascript:alert(1)}{x}$",
        r"$\left( 1$",
        r"$\text{<script>}$",
        "no formula",
    ],
)
def test_what_is_no_formula_stays(text):
    assert with_mathml(text) == text


def test_feedback_of_nbgrader_is_made_with_it():
    config = Config()
    runpy.run_path(str(ROOT / "nbgrader_config.py"), {"get_config": lambda: config})
    exporter = HTMLExporter(config=config)
    for step in config.GenerateFeedback.preprocessors[1:]:  # the first one reads the gradebook
        exporter.register_preprocessor(step)
    assert "</msub></mrow></math>" in exporter.from_notebook_node(text_cell("$x_1$"))[0]
