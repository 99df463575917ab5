"""Banned operations: every road of PyTorch to them is closed, in every thread, and hiding that it was taken fails."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from autograder.box.outcome import StudentError
from autograder.course.bans import FAMILIES
from autograder.model import Verdict
from tests.attacks.walls import QUICK, call, ending

BAN = ["conv(?!ert)", "unfold|im2col", "scipy.signal", "scipy.ndimage", "skimage.filters", "numpy.lib._arraypad_impl"]
PADDING, POOLINGS, UNFOLD = (list(FAMILIES[name].stops) for name in ("padding", "poolings", "unfold"))
FOLD, UPSAMPLING = (list(FAMILIES[name].stops) for name in ("fold", "upsampling"))
X = torch.ones(1, 1, 4, 4, dtype=torch.float64)
PATIENT = replace(QUICK, cell_seconds=50, call_seconds=50)  # scipy is imported on a busy machine
SETUP = """
import numpy as np, torch, torch.nn as nn, torch.nn.functional as F
import torch._decomp.decompositions as twins, torch._refs
from torch._decomp import decomposition_table as table
from torch.nn.utils._expanded_weights.conv_utils import unfold3d
from torch.utils import _python_dispatch as modes
from inside.server import _gradients as gradients_of
aten, keys, K = torch.ops.aten, torch._C.DispatchKeySet, torch._C.DispatchKey
full = (None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1)
def in_thread(work, kept=None):
    kept = []
    thread = threading.Thread(target=lambda: kept.append(work())); thread.start(); thread.join()
    return kept[0] if kept else None
def still(): return "here"
class Late(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        with torch._C.DisableTorchFunctionSubclass(): F.conv2d(torch.ones(1, 1, 2, 2), torch.ones(1, 1, 1, 1))
        return super().__torch_function__(function, types, args, kwargs or {})
class Backward(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): return x * 1
    @staticmethod
    def backward(ctx, upstream): return F.conv2d(upstream, upstream[..., :1, :1])
class Inside(torch.Tensor):
    "Its operators run code of the student's, within those of PyTorch that use them."
    @staticmethod
    def __new__(cls, data): return torch.Tensor._make_wrapper_subclass(cls, data.shape, dtype=data.dtype)
    def __init__(self, data): self.data_ = data
    @classmethod
    def __torch_dispatch__(cls, function, types, args=(), kwargs=None):
        return F.pad(args[0].data_, (1, 1)).cfloat()
size = (torch.ones(1, 1, 6, 6, dtype=torch.float64) * 2).requires_grad_()
cropped, folded = F.pad(size, (-1, -1, -1, -1)), F.fold(torch.ones(1, 4, 9, requires_grad=True), (4, 4), 2)
columns = folded.grad_fn.next_functions[0][0].variable
"""
SLOW = {  # to import or to make: only where it is used
    "roi_align": "from torchvision.ops import roi_align",
    "correlate_sparse": "from skimage.filters import correlate_sparse",
    "hidden_away": "import scipy.signal\nhidden_away = scipy.signal.convolve2d\n"
    "for name in [*sys.modules]:\n    if name.startswith('scipy.signal'): del sys.modules[name]",
    "warmed_up": "warmed_up = np.pad\n"
    "for name in [*sys.modules]:\n    if name.startswith('numpy.lib.'): del sys.modules[name]",
    "popped": "popped = vars(torch._refs).pop('constant_pad_nd')",
    "taken": "taken = {name: torch.library.get_kernel(f'aten::{name}', 'CPU') for name in"
    " ('_slow_conv2d_forward', 'im2col', 'constant_pad_nd', 'max_pool2d_with_indices', 'upsample_nearest2d')}\n"
    "on_cpu = keys(K.CPU)",
    "held": "held = torch.ops.prim.mkldnn_convolution",
    "parsed": "parsed = torch._C._create_function_from_graph('parsed', torch._C.parse_ir('''graph(%x : Tensor):\n"
    "  %none : NoneType = prim::Constant()\n  %1 : int = prim::Constant[value=1]()\n"
    "  %0 : int = prim::Constant[value=0]()\n  %ones : int[] = prim::ListConstruct(%1, %1)\n"
    "  %zeros : int[] = prim::ListConstruct(%0, %0)\n"
    "  %y : Tensor = prim::mkldnn_convolution(%x, %x, %none, %ones, %zeros, %ones, %1)\n  return (%y)\n'''))",
    "optimized": "optimized = torch.jit.optimize_for_inference(torch.jit.script(nn.Conv2d(1, 1, 2).eval()))",
    "fused": "torch.jit.enable_onednn_fusion(True)\n"
    "fused = torch.jit.freeze(torch.jit.trace(nn.Conv2d(1, 1, 2).eval(), torch.ones(1, 1, 4, 4)))\n"
    "with torch.no_grad(): [fused(torch.ones(1, 1, 4, 4)) for _ in range(4)]",
    "convolve": "import scipy.signal\nfrom scipy.signal import convolve2d",
    "script": "script = torch.jit.trace(lambda x: F.conv2d(x, x), torch.ones(1, 1, 4, 4, dtype=torch.float64))",
    "traced": "traced = torch.jit.trace(lambda x: F.pad(x, (1, 1)), torch.ones(1, 1, 4, 4, dtype=torch.float64))",
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
    "taken['_slow_conv2d_forward'].call_boxed(on_cpu, x, x, [4, 4], None, [1, 1], [0, 0])",
    "torch.ops.prim.mkldnn_convolution(x.float(), x.float(), None, [1, 1], [0, 0], [1, 1], 1)",
    "held(x.float(), x.float(), None, [1, 1], [0, 0], [1, 1], 1)",
    "parsed(x.float())",
    "torch._C._jit_interpret_graph(parsed.graph, (x.float(),))",
    "optimized(x.float())",
    "torch.no_grad()(fused)(x.float())",
    "F.unfold(x, 2)",
    "x.unfold(2, 2, 1)",
    "twins.im2col(x, [2, 2], [1, 1], [0, 0], [1, 1])",
    "correlate_sparse(x[0, 0].numpy(), np.ones((3, 3)), mode='valid')",
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
    "another profile function": "sys.setprofile(lambda *_: None); return convolve2d(x[0, 0].numpy(), x[0, 0].numpy())",
    "no trace of its module": "return hidden_away(x[0, 0].numpy(), x[0, 0].numpy())",
    "no trace of a module that was there before": "return warmed_up(x.numpy(), 1)",
    "importing it only then": "import scipy.ndimage as late; return late.correlate(x[0, 0].numpy(), x[0, 0].numpy())",
    "an answer that is computed when it is read": "return Late(x)",
    "the gradient only": "return Backward.apply(x)",
    "a request of its own": "frame = sys._getframe()\n"
    "    while 'self' not in frame.f_locals: frame = frame.f_back\n"
    "    frame.f_locals['self'].answer({'op': 'len', 'target': ['name', '__name__'], 'ban': []})\n"
    "    return F.conv2d(x, x)",
    "a child": "if os.fork(): return x\n    try: F.conv2d(x, x)\n    finally: time.sleep(600); os._exit(0)",
    "resetting what bans": "for thing in gc.get_objects():\n"
    "        if type(thing) is dict and ('aten', 'BackendSelect') in thing: [each.reset() for each in thing.values()]\n"
    "    return F.conv2d(x, x)",
}


@pytest.mark.parametrize("road", ROADS)
def test_every_road_to_a_convolution_is_closed(walls, road):
    with walls.box(attacking(f"return torch.as_tensor({road})"), limits=PATIENT) as box:
        assert call(box, "attack", X) is not None  # alive: without the ban it is an answer
        error = ending(box, "attack", X, ban=BAN)
        assert (error.verdict, error.type_name) == (Verdict.BLOCKED, "BannedOperation")
        assert call(box, "attack", X) is not None  # and the ban ends with the call


def test_an_operator_that_a_call_brings_along_is_banned_in_that_very_call(walls):
    late = "from torchvision.ops import deform_conv2d as late\n"
    late += "    return late(x, x.new_zeros(1, 2, 4, 4), x[:, :, :1, :1])"
    with walls.box(attacking(late), limits=PATIENT) as box:
        assert ending(box, "attack", X, ban=BAN).verdict is Verdict.BLOCKED
        assert call(box, "attack", X) is not None


def test_what_a_call_brings_along_and_does_not_use_costs_nothing(walls):
    with walls.box(attacking("import torchvision; return x * 2"), limits=PATIENT) as box:
        torch.testing.assert_close(call(box, "attack", X, ban=BAN), X * 2)


def test_a_call_that_brings_operators_along_each_time_is_refused(walls):
    more = "libraries.append(torch.library.Library(f'more{len(libraries)}', 'DEF'))\n"
    more += "    libraries[-1].define('conv(Tensor x) -> Tensor'); ctypes.CDLL(None); return x"
    with walls.box(f"libraries = []\n{attacking(more)}") as box:
        assert ending(box, "attack", X, ban=BAN).verdict is Verdict.BLOCKED


@pytest.mark.parametrize("name", EVASIONS)
def test_going_around_a_ban_is_noticed(walls, name):
    with walls.box(attacking(EVASIONS[name]), limits=PATIENT) as box:
        wrt = {"wrt": ["0"], "upstream": True} if "gradient" in name else {}
        assert ending(box, "attack", X, ban=BAN, **wrt).verdict is Verdict.BLOCKED
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


DOORS = {  # ways to a banned operation that lead through another one, or that PyTorch itself takes
    "F.pad(x, (1, 1))": PADDING,
    "F.pad(x[0], (1, 1), mode='reflect')": PADDING,
    "F.pad(x, (1, 1, 1, 1), mode='circular')": PADDING,
    "nn.ZeroPad2d(1)(x)": PADDING,
    "nn.ReplicationPad2d(1)(x)": PADDING,
    "torch._C._nn.pad(x, (1, 1))": PADDING,
    "torch.constant_pad_nd(x, (1, 1), 0)": PADDING,
    "aten.constant_pad_nd.default.redispatch(keys(K.XPU), x, (1, 1), 0)": PADDING,
    "torch.vmap(lambda each: F.pad(each, (1, 1)))(x)": PADDING,
    "torch.func.jvp(lambda each: F.pad(each, (1, 1)), (x,), (x,))[0]": PADDING,
    "traced(x)": PADDING,
    "taken['constant_pad_nd'].call_boxed(on_cpu, x, [1, 1], 0)": PADDING,
    "gradients_of(cropped, [size], x)[0]": PADDING,
    "torch.autograd.grad(cropped, size, x, retain_graph=True)[0]": PADDING,
    "torch.fft.fft2(Inside(x)).real": PADDING,
    "torch.stft(x.flatten(), 4, center=True, return_complex=True).real": PADDING,
    "torch.conv2d(x, x[..., :2, :2], padding='same')": PADDING,
    "torch._refs.constant_pad_nd(x, (1, 1))": PADDING,
    "table[aten.constant_pad_nd.default](x, (1, 1))": PADDING,
    "popped(x, (1, 1))": PADDING,
    "twins._reflection_pad(x[0], (1, 1, 1, 1))": PADDING,
    "twins._replication_pad(x[0], (1, 1, 1, 1))": PADDING,
    "torch.as_tensor(np.pad(x.numpy(), 1))": PADDING,
    "roi_align(x, [torch.tensor([[0.0, 0.0, 2.0, 2.0]]).double()], 1)": POOLINGS,
    "F.max_pool2d(x, 2)": POOLINGS,
    "taken['max_pool2d_with_indices'].call_boxed(on_cpu, x, [2, 2])[0]": POOLINGS,
    "aten.upsample_nearest2d_backward(x, [4, 4], [1, 1, 2, 2])": POOLINGS,
    "F.avg_pool1d(x[0], 2)": POOLINGS,
    "F.lp_pool2d(x, 2, 2)": POOLINGS,
    "F.adaptive_max_pool2d(x, 2)": POOLINGS,
    "F.local_response_norm(x, 2)": POOLINGS,
    "F.interpolate(x, scale_factor=0.5, mode='area')": POOLINGS,
    "F.max_unpool2d(x, torch.arange(16).reshape(1, 1, 4, 4), 1)": POOLINGS,
    "table[aten.max_unpool2d.default](x, torch.arange(16).reshape(1, 1, 4, 4), [4, 4])": POOLINGS,
    "table[aten._adaptive_avg_pool2d.default](x, (2, 2))": POOLINGS,
    "twins.col2im(x.reshape(1, 4, 4), [3, 3], [2, 2], [1, 1], [0, 0], [1, 1])": FOLD,
    "twins._upsample_nearest(x, (8, 8), [2.0, 2.0])": UPSAMPLING,
    "taken['upsample_nearest2d'].call_boxed(on_cpu, x, [8, 8])": UPSAMPLING,
    "aten.avg_pool2d_backward(x, x.new_zeros(1, 1, 8, 8), [2, 2], [2, 2], [0, 0], False, True, None)": UPSAMPLING,
    "table[aten.upsample_bilinear2d.vec](x, None, False, [2.0, 2.0])": UPSAMPLING,
    "unfold3d(x[None], (1, 2, 2), (0, 0, 0), (1, 1, 1), (1, 1, 1))": UNFOLD,
    "twins.im2col(x, [2, 2], [1, 1], [0, 0], [1, 1])": UNFOLD,
    "taken['im2col'].call_boxed(on_cpu, x, [2, 2], [1, 1], [0, 0], [1, 1])": UNFOLD,
    "gradients_of(folded, [columns], x.float())[0]": UNFOLD,
    "nn.Unfold(2)(x)": UNFOLD,
    "torch.func.vjp(lambda cols: F.fold(cols, (4, 4), 2), torch.ones(1, 4, 9))[1](x.float())[0]": UNFOLD,
    "torch.autograd.grad(folded, columns, x.float(), retain_graph=True)[0]": UNFOLD,
}


@pytest.mark.parametrize("door", DOORS)
def test_no_door_to_a_banned_operation_is_open(walls, door):
    with walls.box(attacking(f"return {door}"), limits=PATIENT) as box:
        assert call(box, "attack", X).numel()
        assert ending(box, "attack", X, ban=DOORS[door]).verdict is Verdict.BLOCKED


INNOCENT = {
    "torch.fft.rfft2(x, s=(6, 7)).real": PADDING,
    "torch.fft.irfft2(torch.fft.rfft2(x, s=(6, 7)), s=(6, 7))": PADDING,
    "torch.fft.ifftn(torch.fft.fftn(x, s=(5, 9)), s=(9, 4)).real": PADDING,
    "torch.fft.hfft(x, n=11)": PADDING,
    "torch.vmap(lambda each: torch.fft.fft(each, n=7).real)(x)": PADDING,
    "F.pad(x, (-1, 0, 0, -2))": PADDING,
    "F.fold(x.reshape(1, 4, 4).float(), (3, 3), 2)": UNFOLD,
    "F.fold(x.reshape(4, 4).float(), (3, 3), (2, 2), (2, 1), (1, 0), (2, 1))": UNFOLD,
    "torch.func.jvp(lambda each: each.sin() @ each, (x,), (x,))[1]": PADDING,
    "torch._refs.unfold(x, 2, 2, 1)": UNFOLD,
    "x @ x": BAN,
    "x.float().double()": BAN,
    "F.relu(F.pad(x, (1, 1)))": BAN,
    "torch.jit.CompilationUnit('def f(thing):\\n  return thing + 1\\n').f(thing=x)": BAN,
}


@pytest.mark.parametrize("fine", INNOCENT)
def test_what_pytorch_does_inside_is_not_the_student_s_call(walls, fine):
    x = torch.arange(16, dtype=torch.float64).reshape(1, 1, 4, 4).sin()
    asked = {"op": "call", "target": ["name", "attack"], "args": [x], "wrt": ["0"], "upstream": True}
    with walls.box(attacking(f"return {fine}"), limits=PATIENT) as box:
        free, banned = (box.ask({**asked, "ban": ban}) for ban in ([], INNOCENT[fine]))
    torch.testing.assert_close(banned.value, free.value)
    torch.testing.assert_close(banned.grads, free.grads)


def test_a_ban_can_be_broken_from_inside_and_gives_no_more_than_an_answer(walls):
    attack = """
import inside.ban, contextlib
inside.ban.Ban.on = lambda self, words: contextlib.nullcontext()
def attack(x): return F.conv2d(x, x)"""
    with walls.box(SETUP + attack) as box:  # what a ban does not promise; see docs/security.md
        try:
            assert call(box, "attack", X, ban=BAN).item() == 16
        except StudentError as error:
            raise AssertionError("better than promised: say so in docs/security.md") from error
