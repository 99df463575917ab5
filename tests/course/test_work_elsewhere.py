"""A loop over the places of an image is found wherever it runs: beside the call, before it, behind its back."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pytest

from autograder.course import load_course
from autograder.judge.local import LocalBox
from autograder.judge.plugin import with_suite
from autograder.model import Verdict

LOOPS = '''
import concurrent.futures, itertools, operator, os, pickle, queue, sys, threading, _thread
import torch, torch.nn.functional as F

def pair(number):
    return number if isinstance(number, tuple) else (number, number)

def looped(x, kernel, stride=1, padding=0):
    x, kernel = F.pad(x, (padding,) * 4), pair(kernel)
    rows, columns = (x.shape[2 + i] - kernel[i] + 1 for i in range(2))
    places = [x[:, :, r : r + kernel[0], c : c + kernel[1]].flatten(1) for r in range(rows) for c in range(columns)]
    return torch.stack(places, 2)

def at_once(x, kernel, stride=1, padding=0):
    x, kernel = F.pad(x, (padding,) * 4), pair(kernel)
    return x.unfold(2, kernel[0], 1).unfold(3, kernel[1], 1).permute(0, 1, 4, 5, 2, 3).flatten(1, 3).flatten(2)

def in_thread(*given):
    kept = []
    thread = threading.Thread(target=lambda: kept.append(looped(*given)))
    thread.start(), thread.join()
    return kept[0]

def in_new_pool(*given):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(looped, *given).result()

def in_bare_thread(*given):
    kept = queue.Queue()
    _thread.start_new_thread(lambda: kept.put(looped(*given)), ())
    return kept.get()

def in_old_pool(*given):
    return POOL.submit(looped, *given).result()

def in_child(*given):
    reader, writer = os.pipe()
    if not (child := os.fork()):
        os.write(writer, pickle.dumps(looped(*given).numpy()))
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as pipe:
        answer = torch.as_tensor(pickle.load(pipe))
    os.waitpid(child, 0)
    return answer

def answers():
    given = yield
    while True:
        given = yield looped(*given)

def in_old_generator(*given):
    return OLD.send(given)

def untraced(*given):
    trace = sys.gettrace()
    sys.settrace(None)
    try:
        return looped(*given)
    finally:
        sys.settrace(trace)

def windows(x, kernel):
    kernel = pair(kernel)
    sides = ((x.shape[2 + i] - kernel[i] + 1, kernel[i]) for i in range(2))
    cuts = (map(slice, range(count), range(long, count + long)) for count, long in sides)
    return itertools.product((slice(None),), (slice(None),), *cuts)

def in_map(x, kernel, stride=1, padding=0):
    return torch.stack(list(map(x.__getitem__, windows(x, kernel))), -1).flatten(1, 3)

def in_one_getter(x, kernel, stride=1, padding=0):
    return torch.stack(operator.itemgetter(*windows(x, kernel))(x), -1).flatten(1, 3)

SCRIPT = torch.jit.CompilationUnit("""
def looped(x: Tensor, high: int, wide: int):
    places: List[Tensor] = []
    for row in range(x.size(2) - high + 1):
        for column in range(x.size(3) - wide + 1):
            places.append(x[:, :, row : row + high, column : column + wide])
    return torch.stack(places, -1).flatten(1, 3)
""")

def in_torchscript(x, kernel, stride=1, padding=0):
    return SCRIPT.looped(x, *pair(kernel))

def out_of_sight(x, kernel, stride=1, padding=0):
    sys._getframe().f_trace = None
    (high, wide), places = pair(kernel), []
    for number in range((x.shape[2] - high + 1) * (x.shape[3] - wide + 1)):
        row, column = divmod(number, x.shape[3] - wide + 1)
        places.append(x[:, :, row : row + high, column : column + wide])
    return torch.stack(places, -1).flatten(1, 3)

def counted_by_itself(x, kernel, stride=1, padding=0):
    sys._getframe().f_trace = lambda *_: None
    (high, wide), places = pair(kernel), []
    for row in range(x.shape[2] - high + 1):
        for column in range(x.shape[3] - wide + 1):
            places.append(row * x.shape[3] + column)
    window = (torch.arange(high)[:, None] * x.shape[3] + torch.arange(wide)).flatten()
    return x.flatten(2)[:, :, window[:, None] + torch.tensor(places)].flatten(1, 2)

def by_indices(x, kernel, stride=1, padding=0):
    (high, wide), width = pair(kernel), x.shape[3]
    starts = (torch.arange(x.shape[2] - high + 1)[:, None] * width + torch.arange(width - wide + 1)).flatten()
    window = (torch.arange(high)[:, None] * width + torch.arange(wide)).flatten()
    return torch.vmap(lambda start: x.flatten(2)[:, :, start + window], out_dims=-1)(starts).flatten(1, 2)

def with_strides(x, kernel, stride=1, padding=0):
    (high, wide), (b, c, h, w) = pair(kernel), x.stride()
    rows, columns = x.shape[2] - high + 1, x.shape[3] - wide + 1
    return x.as_strided((*x.shape[:2], high, wide, rows, columns), (b, c, h, w, h, w)).flatten(1, 3).flatten(2)

def in_generators(x, kernel, stride=1, padding=0):
    high, wide = pair(kernel)
    cuts = ((i, j) for i in range(high) for j in itertools.count())
    rows, columns = x.shape[2] - high + 1, x.shape[3] - wide + 1
    places = (x[:, :, i : i + rows, j : j + columns] for i in range(high) for j in range(wide))
    next(cuts), cuts.close(), next(parts := iter([(yes for yes in (1, 2))])).__next__()
    return torch.stack(list(places), 2).flatten(1, 2).flatten(2)

OLD = answers()
next(OLD)
'''
HIDDEN = ["in_thread", "in_new_pool", "in_bare_thread", "in_old_pool", "in_child", "in_old_generator", "untraced"]
HIDDEN += ["in_map", "in_one_getter", "in_torchscript", "out_of_sight", "counted_by_itself"]
WITHOUT = ["at_once", "by_indices", "with_strides", "in_generators"]


@pytest.fixture(scope="module")
def verdicts(course):
    """How the check ended for each function, in a process of its own: threads of the tests' own would count, too."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as alone:
        return alone.submit(verdicts_of, course.root).result()


def verdicts_of(root):
    """With an idle thread of the notebook's all the while."""
    names = {}
    exec(LOOPS, names)  # noqa: S102  # as a notebook would
    names["POOL"] = names["concurrent"].futures.ThreadPoolExecutor(1)
    names["POOL"].submit(int).result()

    def serve(suite):
        found = {}
        for function in (*WITHOUT, "looped", *HIDDEN):
            box = LocalBox({"im2col": names[function]})
            found[function] = suite.one("im2col_without_loops", box.ask)[0].verdict
        return found

    try:
        return with_suite(load_course(root).assignment("a2_pooling_im2col"), serve)
    finally:
        names["POOL"].shutdown()


def test_no_loop_and_a_plain_loop_are_told_apart(verdicts):
    assert [name for name in WITHOUT if verdicts[name] is not Verdict.PASSED] == []
    assert verdicts["looped"] is Verdict.FAILED


@pytest.mark.parametrize("name", HIDDEN)
def test_a_loop_is_found_elsewhere_too(verdicts, name):
    assert verdicts[name] is Verdict.FAILED
