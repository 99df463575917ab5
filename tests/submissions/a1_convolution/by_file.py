"""Students whose file is not what it should be; the answers in it are mostly right."""

from __future__ import annotations

import json
from typing import Any

import nbformat

from tests.submissions.a1_convolution.cheap import CHEAP
from tests.submissions.desk import Cell, Desk, at, own, student

_CLAIM = {"output_type": "execute_result", "execution_count": 1, "data": {"text/plain": "1000"}, "metadata": {}}
_HOSTILE = (
    '=cmd|" /C calc"!A0 <script>alert(1)</script> \x1b[2J\x1b]0;title\x07 \u202etxt.exe {{7*7}} ${jndi} %s ../../etc'
)
_OTHER = 'marks = {"Ada": 1.3, "Grace": 1.0}'


class ByFile(Desk):
    def deleted_cell(self) -> bytes:
        """The cell of pad2d was deleted."""
        return student(cell for cell in self._only(*CHEAP) if cell["id"] != "pad2d")

    def duplicated_cell(self) -> bytes:
        """pad2d was copied before it was filled in: the stub stands there too, above and below the answer."""
        cells, stub = self._only(*CHEAP), self._cells({})
        place = at(cells, "pad2d")
        return student([*cells[:place], stub[place], cells[place], stub[place], *cells[place + 1 :]])

    def two_answers(self) -> bytes:
        """pad2d is there twice, first wrong, then right: the first edited copy counts."""
        cells, wrong = self._only(*CHEAP), self._mistaken("one_side_only")
        place = at(cells, "pad2d")
        return student([*cells[:place], wrong[place], *cells[place:]])

    def split_cell(self) -> bytes:
        """The answer was split with Jupyter's command, which copies the label."""
        cells = self._only(*CHEAP)
        place = at(cells, "pad2d")
        helper = cells[place] | {"source": ["def size(before, middle, after):\n", "    return before + middle + after"]}
        answer = "".join(cells[place]["source"]).replace("top + height + bottom", "size(top, height, bottom)")
        return student([*cells[:place], helper, cells[place] | {"source": answer}, *cells[place + 1 :]])

    def reordered(self) -> bytes:
        """The cells stand the other way round, the imports at the very end."""
        return student(reversed(self._cells()))

    def retyped(self) -> bytes:
        """The answer to pad2d became a markdown cell, the one to box_kernel a raw one."""
        cells = self._only(*CHEAP)
        for name, kind in (("pad2d", "markdown"), ("box_kernel", "raw")):
            cell = cells[at(cells, name)]
            cell["cell_type"] = kind
            del cell["outputs"], cell["execution_count"]
        return student(cells)

    def lost_labels(self) -> bytes:
        """An editor threw away all metadata and gave every cell a new id."""
        return student(cell | {"metadata": {}, "id": f"new{place}"} for place, cell in enumerate(self._cells()))

    def renamed_function(self) -> bytes:
        """corr2d is called correlate now, everywhere."""
        cells = self._only("corr2d", "learn_kernel")
        for cell in cells:
            cell["source"] = "".join(cell["source"]).replace("corr2d(", "correlate(")
        return student(cells)

    def syntax_error(self) -> bytes:
        """A colon is missing in the cell of conv_out_size; flat_features needs that function."""
        cells = self._only(*CHEAP)
        cell = cells[at(cells, "conv_out_size")]
        cell["source"] = "".join(cell["source"]).replace("if reach > n + 2 * p:", "if reach > n + 2 * p")
        return student(cells)

    def prefilled_outputs(self) -> bytes:
        """No answer at all, but outputs that claim full marks."""
        cells = self._cells({}, everything=True)
        for cell in cells:
            cell |= {"outputs": [_CLAIM], "execution_count": 1}
        return student(cells)

    def changed_points(self) -> bytes:
        """Metadata that makes every exercise worth a thousand points, and answers graded, locked or no solution."""
        cells = self._only("flatten", "pad2d", everything=True)
        for cell in cells:
            if "nbgrader" in cell["metadata"]:
                cell["metadata"]["nbgrader"] |= {"points": 1000, "grade": True, "locked": True, "solution": False}
        return student(cells, metadata={"score": 100, "max_score": 100, "kernelspec": {"name": "trusted-grader"}})

    def check_replaced(self) -> bytes:
        """The public checks and the read-only cell were rewritten so that everything seems right."""
        cells = self._only("flatten", "pad2d", everything=True)
        for cell in cells:
            if cell["metadata"].get("nbgrader", {}).get("locked"):
                cell["source"] = ["print('✓ 100 points')\n", "check = lambda *_: True"]
        return student(cells)

    def cut_off(self) -> bytes:
        """The upload broke off: half a JSON."""
        raw = student(self._only("flatten"))
        return raw[: len(raw) // 2]

    def empty(self) -> bytes:
        """A file of zero bytes."""
        return b""

    def python_script(self) -> bytes:
        """A script with the right answers, renamed to .ipynb."""
        sources = (
            "".join(cell["source"]) for cell in self._only("flatten") if cell["metadata"]["nbgrader"]["solution"]
        )
        return "\n\n".join(["import torch\n", *sources]).encode()

    def merge_conflict(self) -> bytes:
        """git's conflict markers stand in the file."""
        mine = (
            student(self._only("flatten"))
            .decode()
            .replace(' "metadata": {\n  "kernel', '<<<<<<< HEAD\n "metadata": {\n  "kernel')
        )
        return f"{mine.rstrip()[:-1]}=======\n>>>>>>> mine\n}}\n".encode()

    def no_cells(self) -> bytes:
        """A notebook without a single cell."""
        return student([])

    def old_format(self) -> bytes:
        """nbformat 3, as IPython 2 wrote it: worksheets, and `input` for the source."""
        notebook = nbformat.reads(student(self._only(*CHEAP)).decode(), as_version=4)
        return f"{nbformat.writes(nbformat.convert(notebook, 3), version=3)}\n".encode()

    def windows_file(self) -> bytes:
        """Written on Windows: a byte order mark first, and \\r\\n at every line end, in the file and in the sources."""
        cells = self._only(*CHEAP)
        for cell in cells:
            cell["source"] = [line.replace("\n", "\r\n") for line in cell["source"]]
        return b"\xef\xbb\xbf" + student(cells).replace(b"\n", b"\r\n")

    def other_course(self) -> bytes:
        """The notebook of another course."""
        return student([own(_OTHER), own("print(min(marks.values()))")])

    def huge_output(self) -> bytes:
        """Outputs of 160 kB: a long log and a picture."""
        cells = self._only(*CHEAP)
        log = {
            "output_type": "stream",
            "name": "stdout",
            "text": [f"step {step}: loss {1 / (step + 1):.9f}\n" for step in range(2000)],
        }
        picture: dict[str, Any] = {
            "output_type": "display_data",
            "metadata": {},
            "data": {"image/png": "iVBOR" * 20_000},
        }
        cells[-1] |= {"outputs": [log, picture], "execution_count": 9}
        return student(cells)

    def hostile_strings(self) -> bytes:
        """Markup, terminal codes, formulas and paths in sources, labels, outputs and metadata; answers are right."""
        cells: list[Cell] = self._only(*CHEAP)
        shouting = own(f"# {_HOSTILE}\nprint({_HOSTILE!r})\nraise ValueError({_HOSTILE!r})", id=_HOSTILE)
        shouting["metadata"] = {"tags": [_HOSTILE], "nbgrader": {"grade_id": _HOSTILE, "points": _HOSTILE}}
        shouting["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": {"text/html": _HOSTILE}}]
        numbers = own(
            "1 + 1", metadata={"nbgrader": [1, {"grade_id": ["pad2d"]}], "__class__": {"__init__": "os"}}, id=7
        )
        return student(
            [shouting, *cells, numbers], metadata={"title": _HOSTILE, _HOSTILE: json.loads("[" * 30 + "]" * 30)}
        )
