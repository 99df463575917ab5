"""Banned operations: every road of PyTorch to them is closed, in every thread, and hiding that it was taken fails."""

from __future__ import annotations

import pytest
import torch

from autograder.box.outcome import StudentError
from autograder.model import Verdict
from tests.attacks.walls import call, ending

BAN = ["convolution", "unfold", "scipy.signal"]
X = torch.ones(1, 1, 4, 4, dtype=torch.float64)
SETUP = """
import torch, torch.nn as nn, torch.nn.functional as F
from torch.utils import _python_dispatch as modes
aten, keys, K = torch.ops.aten, torch._C.DispatchKeySet, torch._C.DispatchKey
full = (None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1)
def in_thread(work, kept=None):
    kept = []
    thread = threading.Thread(target=lambda: kept.append(work())); thread.start(); thread.join()
    return kept[0] if kept else None
def still(): return "here"
"""
SLOW = {  # to import or to make: only where it is used
    "convolve": "import scipy.signal\nfrom scipy.signal import convolve2d",
    "script": "script = torch.jit.trace(lambda x: F.conv2d(x, x), torch.ones(1, 1, 4, 4, dtype=torch.float64))",
}


def attacking(body: str) -> str:
    """A cell that defines attack(x)."""
    return "\n".join([SETUP, *(line for word, line in SLOW.items() if word in body), f"def attack(x):\n    {body}"])


ROADS = [
    "F.conv2d(x, x)",
    "F.conv2d(x, x.requires_grad_())",
    "F.conv1d(x[0], x[0])",
    "F.conv_transpose2d(x, x)",
    "nn.Conv2d(1, 1, 2)(x.float())",
    "torch.conv2d(x, x)",
    "torch.convolution(x, x, *full)",
    "aten.conv2d(x, x)",
    "aten.convolution.default(x, x, *full)",
    "aten.convolution.default.redispatch(keys(K.CPU), x, x, *full)",
    "aten.mkldnn_convolution(x.float(), x.float(), None, [0, 0], [1, 1], [1, 1], 1)",
    "aten.mkldnn_convolution.default.redispatch(keys(K.XPU), x.float(), x.float(), None, [0, 0], [1, 1], [1, 1], 1)",
    "aten._slow_conv2d_forward(x, x, [4, 4], None, [1, 1], [0, 0])",
    "aten._slow_conv2d_forward.default.redispatch(keys(K.CPU), x, x, [4, 4], None, [1, 1], [0, 0])",
    "torch._C._nn.thnn_conv2d(x, x, [4, 4])",
    "torch.ops.mkldnn._convolution_pointwise(x.float(), x.float(), None, [0, 0], [1, 1], [1, 1], 1, 'none', [], '')",
    "aten.convolution_backward(x[..., :1, :1], x, x, None, *full[1:], [True, True, True])[0]",
    "F.conv2d(x.float().to_mkldnn(), x.float().to_mkldnn()).to_dense()",
    "torch.vmap(lambda each: F.conv2d(each, each))(x[None])[0]",
    "torch.inference_mode()(F.conv2d)(x, x)",
    "script(x)",
    "F.unfold(x, 2)",
    "x.unfold(2, 2, 1)",
    "scipy.signal.convolve2d(x[0, 0], x[0, 0])",
    "convolve2d(x[0, 0].numpy(), x[0, 0].numpy())",
    "scipy.signal.fftconvolve(x[0, 0].numpy(), x[0, 0].numpy())",
]
EVASIONS = {
    "swallowing it": "try: return F.conv2d(x, x)\n    except BaseException: return x",
    "swallowing it in a module": "try: return convolve2d(x[0, 0], x[0, 0])\n    except BaseException: return x",
    "another error instead": "try: return F.conv2d(x, x)\n    except BaseException: raise ValueError from None",
    "a thread": "return in_thread(lambda: F.conv2d(x, x))",
    "a thread for a module": "return in_thread(lambda: convolve2d(x[0, 0], x[0, 0]))",
    "no dispatch modes": "with modes._disable_current_modes(): return F.conv2d(x, x)",
    "an excluded key": "guard = torch._C._ExcludeDispatchKeyGuard(keys(K.BackendSelect)); return F.conv2d(x, x)",
    "no profile function": "sys.setprofile(None); return convolve2d(x[0, 0].numpy(), x[0, 0].numpy())",
    "another profile function": "sys.setprofile(lambda *_: None); return torch.tensor(1)",
    "a child": "if os.fork(): return x\n    try: F.conv2d(x, x)\n    finally: time.sleep(9); os._exit(0)",
    "resetting what bans": "for thing in gc.get_objects():\n"
    "        if type(thing) is dict and ('aten', 'BackendSelect') in thing: [each.reset() for each in thing.values()]\n"
    "    return F.conv2d(x, x)",
}


@pytest.mark.parametrize("road", ROADS)
def test_every_road_to_a_convolution_is_closed(walls, road):
    with walls.box(attacking(f"return torch.as_tensor({road})")) as box:
        assert call(box, "attack", X) is not None  # alive: without the ban it is an answer
        error = ending(box, "attack", X, ban=BAN)
        assert (error.verdict, error.type_name) == (Verdict.BLOCKED, "BannedOperation")
        assert call(box, "attack", X) is not None  # and the ban ends with the call


@pytest.mark.parametrize("name", EVASIONS)
def test_going_around_a_ban_is_noticed(walls, name):
    with walls.box(attacking(EVASIONS[name])) as box:
        assert ending(box, "attack", X, ban=BAN).verdict is Verdict.BLOCKED
        assert call(box, "still") == "here"


def test_a_helper_process_started_before_has_ended(walls):
    helper = """
ours, theirs = socket.socketpair()
if os.fork() == 0:
    while theirs.recv(1): theirs.send(torch.conv2d(torch.ones(1, 1, 4, 4), torch.ones(1, 1, 4, 4)).numpy().tobytes())
theirs.close()
def attack(x):
    ours.send(b"x")
    return ours.recv(100)"""
    with walls.box(SETUP + helper) as box:
        assert ending(box, "attack", X, ban=BAN).type_name == "BrokenPipeError"


@pytest.mark.parametrize("fine", ["x @ x", "x.float().double()", "F.pad(x, (1, 1))", "F.relu(x)"])
def test_what_is_not_banned_is_left_alone(walls, fine):
    with walls.box(attacking(f"return {fine}")) as box:
        assert call(box, "attack", X, ban=BAN).shape


def test_a_ban_can_be_broken_from_inside_and_gives_no_more_than_an_answer(walls):
    attack = """
import inside.ban, contextlib
inside.ban.banning = lambda words: contextlib.nullcontext()
def attack(x): return F.conv2d(x, x)"""
    with walls.box(SETUP + attack) as box:  # what a ban does not promise; see docs/security.md
        try:
            assert call(box, "attack", X, ban=BAN).item() == 16
        except StudentError as error:
            raise AssertionError("better than promised: say so in docs/security.md") from error
