"""Students whose code does something odd while it runs."""

from __future__ import annotations

from tests.submissions.a1_convolution.cheap import CHEAP
from tests.submissions.desk import Desk, own, student

_MAGICS = (
    "%matplotlib inline\n%config InlineBackend.figure_format = 'retina'\nplt.plot([1, 2])\nplt.show()",
    "!pip install -q torch\n!nvidia-smi\n%pip install numpy",
    "%%time\nsum(range(10))",
    "import asyncio\nawait asyncio.sleep(0)\nfuture = await asyncio.gather(asyncio.sleep(0, 1))",
    "%timeit -n1 -r1 corr2d(torch.ones(3, 3), torch.ones(2, 2))",
    "torch.ones?\nfrom IPython.display import display, Markdown\ndisplay(Markdown('**done**'))",
)
_COLAB = (
    "from google.colab import drive\ndrive.mount('/content/drive')",
    "photo = plt.imread('my_cat.png')",
    "name = input('Your name? ')",
    "%load_ext no_such_extension",
)
_NOISE = """
import logging, sys, warnings
warnings.warn("deprecated", DeprecationWarning)
warnings.warn("careful")
logging.basicConfig(level=logging.DEBUG)
logging.warning("a warning")
print("on stderr", file=sys.stderr)
"""
_SHADOWS = """
X, K, x, weight, bias = 1, 2, 3, 4, 5
list = [1, 2, 3]
sum = 0
student = "Ada"
reference = check = None
def test_corr2d_values(): assert False
"""
_CALLABLES = """
from functools import cache, partial
conv_out_size = cache(conv_out_size)
flatten_batch = lambda x: torch.flatten(x, 1)
class Box:
    def __call__(self, k):
        return torch.ones(k, k) / k**2
box_kernel = Box()
pad2d = partial(pad2d)
"""


class ByRunning(Desk):
    def endless_loop(self) -> bytes:
        """even_cover_padding searches for ever where there is no padding."""
        return student(self._narrowed(self._mistaken("searches_for_ever"), *CHEAP))

    def endless_loop_in_c(self) -> bytes:
        """box_kernel never comes back from a loop in C, which no signal interrupts."""
        return student(
            self._narrowed(self._with({"box_kernel": "import itertools\nreturn any(itertools.repeat(0))"}), *CHEAP)
        )

    def endless_cell(self) -> bytes:
        """A loop that never ends stands in a cell of the student's own; the answers are right."""
        return student([*self._only(*CHEAP), own("while True:\n    pass")])

    def endless_answer_cell(self) -> bytes:
        """A loop that never ends stands in the cell of pad2d, below the function."""
        cells = self._only(*CHEAP)
        answer = next(cell for cell in cells if cell["id"] == "pad2d")
        answer["source"] = ["".join(answer["source"]), "\n\nwhile True:\n    pass"]
        return student(cells)

    def endless_recursion(self) -> bytes:
        """conv_out_size calls itself without an end; flat_features needs it."""
        return student(
            self._narrowed(self._with({"conv_out_size": "return conv_out_size(n - s, k, s, p, d) + 1"}), *CHEAP)
        )

    def memory_hog(self) -> bytes:
        """pad2d makes a list that grows and grows, filter_gray a tensor of a terabyte."""
        hog = "kept = []\nwhile True:\n    kept.append(torch.empty(8 << 20))"
        return student(
            self._narrowed(self._with({"pad2d": hog, "filter_gray": "return torch.zeros(1 << 38) + img.sum()"}), *CHEAP)
        )

    def sys_exit(self) -> bytes:
        """sys.exit in box_kernel and at the end of the notebook."""
        cells = self._narrowed(self._with({"box_kernel": "import sys\nsys.exit(0)"}), *CHEAP)
        return student([*cells, own("import sys\nsys.exit()")])

    def os_exit(self) -> bytes:
        """to_chw_float ends the Python process with exit code 0, at every call; all that follows is right."""
        return student(self._with({"to_chw_float": "import os\nos._exit(0)"}))

    def crash(self) -> bytes:
        """box_kernel makes the interpreter crash."""
        return student(self._narrowed(self._with({"box_kernel": "import ctypes\nreturn ctypes.string_at(0)"}), *CHEAP))

    def a_million_lines(self) -> bytes:
        """A cell prints a million lines, corr2d prints every window; the answers are right."""
        body = """
            h, w = K.shape
            rows, columns = X.shape[0] - h + 1, X.shape[1] - w + 1
            values = []
            for i in range(rows):
                for j in range(columns):
                    print("window", i, j, X[i : i + h, j : j + w], "\\n" * 1000)
                    values.append((X[i : i + h, j : j + w] * K).sum())
            return torch.stack(values).reshape(rows, columns)
        """
        return student(
            [
                *self._narrowed(self._with({"corr2d": body}), "corr2d"),
                own("for line in range(1_000_000):\n    print('line', line)"),
            ]
        )

    def noisy(self) -> bytes:
        """Warnings, log lines and text on stderr, in cells and in answers; the answers are right."""
        body = "import warnings, sys\nwarnings.warn('slow')\nprint('hm', file=sys.stderr)\nreturn x.flatten(1)"
        cells = self._narrowed(self._with({"flatten_batch": body}), *CHEAP)
        return student([own(_NOISE), *cells])

    def magics(self) -> bytes:
        """Magics, shell commands, top-level await and displays in cells of the student's own; the answers are right."""
        return student([*self._only(*CHEAP, "corr2d"), *map(own, _MAGICS)])

    def only_at_home(self) -> bytes:
        """Cells of the student's own that cannot run here: a drive, a picture, a question; the answers are right."""
        return student([own(_COLAB[0]), *self._only(*CHEAP), *map(own, _COLAB[1:])])

    def shadowed_names(self) -> bytes:
        """Cells that give builtins and the grader's words other meanings; the answers are right."""
        return student([*self._only(*CHEAP), own(_SHADOWS)])

    def callables(self) -> bytes:
        """Right answers that are no plain functions: cached, partial, a lambda, an object that can be called."""
        return student([*self._only(*CHEAP), own(_CALLABLES)])
