'''How a hidden suite is written: everything that the files in `checks/` and `mistakes/` of an assignment need.

Each exercise has a file of its name in `checks/`, in `mistakes/` and in `alternatives/`; what several share is in a
file whose name begins with "_", `from ._helpers import …`. A small assignment may have one file instead of each folder:
`test_<slug>.py`, `mistakes.py`, `alternatives.py`; decorators then name the exercise, `@check("corr2d", weight=2)`.

The file `checks/corr2d.py`::

    """Hidden checks of the exercise `corr2d`."""

    import reference

    from autograder.judge import check, examples, expect, integers, own_work


    @check(weight=0, quote="torch's own convolutions are switched off")
    def test_corr2d_is_own_work(student, cases):
        """corr2d is written by hand, without a ready-made convolution"""
        own_work(lambda: student.corr2d(cases.tensor(5, 7), cases.tensor(2, 3)))


    @check(after="corr2d_is_own_work", weight=2, quote="The result has the shape (H-h+1, W-w+1)")
    @examples(h=integers(1, 9), w=integers(1, 9))
    def test_corr2d_everywhere(student, cases, h, w):
        """corr2d gives the same numbers as torch for every size of the kernel"""
        X, K = cases.tensor(9, 10), cases.tensor(h, w)
        expect(student.corr2d(X, K)).to_match(reference.corr2d(X, K))

and `mistakes/corr2d.py`::

    from autograder.judge import edit, mistake

    edit("corr2d", "row_too_few", "range(H - h + 1)", "range(H - h)", hint="There are H - h + 1 places in a column.")

    @mistake(replaces="corr2d", hint="The kernel is flipped. Read K from its first entry on.")
    def flipped_kernel(X, K): ...       # self-contained, same signature as the student's function

    @mistake(replaces="corr2d", hint="Stop when the window leaves X.", ends="timed_out")
    def searches_for_ever(X, K): ...    # cannot be replayed: matched by the verdict of the check

**Mistakes.** `edit(function, name, old, new, …, hint=…)` puts new texts in the places of old ones, pair by pair, in the
author's answer, as in notebook.py but without the markers, or in an alternative: `of="corr2d__loops"`. Each old text
occurs exactly once there, else the course is refused with the line of the edit. `function` may be a class or
`Class.method`. It may use what the reference and the given cells of the notebook define. Of two mistakes that explain a
failed check equally well the first is named, so the narrower one goes first.

**Checks.** `@check(after=(), weight=1, quote=())`; `after` is a check's name ("corr2d_is_own_work", without `test_`)
or a tuple of names: when one of them did not pass, this check is skipped. `quote` is the sentence of the notebook
that the check rests on, or a tuple of several: text, a stub's docstring or a comment, word for word (line breaks, `*`
and backticks do not count). The course is refused when the release does not contain it: nothing is graded that the
notebook does not say. The docstring's first line is what the student reads. A failed expectation or an error in
the student's code costs points. A body that ends otherwise, in a KeyError or without any expectation, is tried on
`reference`: if that passes, the student's answer broke it and it failed; if not, it is a bug of the suite and the
check is ungraded. So every check passes on `reference`.

**student.**
`student.f(x, k=3)` calls through the wall; data and tensors come back by value, other objects as a handle that can be
called, iterated, indexed and measured with `len`. Attributes are fetched when needed: `expect(model.training)`,
`value_of(model.weight)`. `student.env.torch.nn.Linear(3, 10)` makes an object inside; handles may be arguments.
`student.beside(helper)(x)` runs a function of the suite beside the student's code, with all that it uses of its file;
`inside = student.beside(a, b)` several, `inside.a(x)`. A first parameter `student` of a helper is filled in inside: it
is the notebook, in whose place the suite passes `reference` when it calls the helper here. So is a parameter `device`
with a default. `student.on_views.f(x)` passes every tensor as a view with gaps or with reversed
axes, as the seed says, whose axes no `.view` can merge, and NumPy's arrays with negative strides.
`student.with_gradients(upstream, wrt=("0", "weight")).f(x, weight=w)` gives `.value`, `.grads`, for `to_have_gradient`.
`own_work(lambda: student.f(x), …)` fails for a call that does what `[bans]` of assignment.toml switches off for this
exercise, and when every call raises; the ban itself holds for every request of every check of the exercise. A call
that fails raises StudentError, whose `verdict` is a Verdict. `gradients_of(reference.f, upstream, x, w)` gives the
right gradients. `answers_everywhere(student, cases, reference.f, inputs)` asks the student's `f` for thousands of
inputs with one request, `refusals_everywhere(student, cases, reference.f, wrong, fitting)` which of them it refuses.

**expect(value)**, or `expect(lambda: student.f(x))`; each verb gives the value back, so
`kernel, losses = expect(student.learn_kernel(x, y)).to_be_a_row_of(2)`.
`to_match(expected, rtol=None, atol=1e-12)`: type, dtype, shape, finiteness, then the largest error, which may be
`atol + rtol × largest expected value`; rtol is 1e-9 for float64 and Python floats, 1e-4 for float32, 1e-2 for half.
`to_agree_with(expected)`: the same for floats of any dtype, where another check asks for the dtype.
`to_equal(expected)`: `to_match` with no tolerance. `to_have_shape(4, 5)`, `to_have_dtype(torch.float64)`,
`to_be_a(int)`, `to_be_detached()`, `to_reach(0.95)`, `to_be_below(0.01)`; `to_reach(thresholds.digits)`, see below.
`to_hold("the loss gets smaller")`: for a bool that the suite computed; the text says what should hold.
`expect(lambda: student.f(x)).to_raise(ValueError)`, `expect(lambda: student.f(x)).to_leave_inputs_alone()`.
`expect(student.with_gradients(g, wrt=("0",)).f(x)).to_have_gradient(dx, of="0")`.

**cases**: inputs, seeded by the course's secret and the check's name. `tensor(*shape, low=-1, high=1, dtype=float64)`,
`integers(*shape, low=-9, high=9, dtype=int64)`, `images(b, c, h, w)`, `kernels(c_out, c_in, kh, kw)`, `bias(n)`,
`shuffled(things)`, `rng`, a NumPy generator, and `seed`, an int below 2**31.

**device**: "cpu" or "cuda", where tensors live in the box. The suite is always on the CPU: tensors are moved when they
arrive inside, models when they are kept as a handle, and what comes back is on the CPU again. Helpers make their
tensors beside what they were given (`x.new_zeros(3)`, `.to(x)`), and models `.to(device)` with `device="cpu"` as a
parameter. What the student's code creates itself stays where it is created.
Drawing and training, for which no exercise asks for a device, run on the CPU: `student.on_cpu.train(images)`.

**@examples(count=200, name=strategy, …)** below `@check`: Hypothesis, always the same examples; the smallest failing
one is shown to the student. `cases` starts anew for every example. `assume(condition)` drops an example.

**Gates.** A gate trains the student's network and asks how good it is. It is the last check of its exercise, `after`
checks of behaviour. Inputs go into the box, predictions come out, labels never go in::

    @check("train_lenet", after="one_step_matches")
    def test_lenet_learns_digits(student, cases, thresholds):
        """the trained LeNet knows digits that it has never seen"""
        images, labels = hidden_digits()
        guesses = value_of(student.train_lenet(seed=cases.seed).predict(images))
        expect(float((guesses == labels).double().mean())).to_reach(thresholds.digits, on="digits it has never seen")

`[thresholds.digits] at_least = 0.9` is set in assignment.toml. Every seed derives from `cases.seed`, so that another
secret of the course gives another run. What is measured is kept in the report. `convgrade calibrate SLUG` measures the
perfect notebook many times and writes the threshold; `@mistake(…, below="digits")` must stay below it. Data that a
package ships and a gate relies on is listed under `[hidden] files = […]`, relative to site-packages: empty in the box.
'''

from hypothesis.strategies import booleans, composite, floats, integers, just, lists, one_of, sampled_from, tuples

from autograder.box.outcome import StudentError
from autograder.model import Verdict

from .check import check
from .everywhere import answers_everywhere, refusals_everywhere
from .examples import assume, examples
from .expect import expect
from .helpers import gradients_of, own_work
from .mistakes import design, edit, mistake
from .student import value_of

__all__ = [
    "StudentError",
    "Verdict",
    "answers_everywhere",
    "assume",
    "booleans",
    "check",
    "composite",
    "design",
    "edit",
    "examples",
    "expect",
    "floats",
    "gradients_of",
    "integers",
    "just",
    "lists",
    "mistake",
    "one_of",
    "own_work",
    "refusals_everywhere",
    "sampled_from",
    "tuples",
    "value_of",
]
