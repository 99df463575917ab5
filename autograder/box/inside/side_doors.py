"""Ways to an operator of PyTorch's that do not lead through its dispatcher, where a ban waits.

- A kernel that `torch.library.get_kernel` took out of the dispatcher before the ban was there.
- TorchScript: it has operators of its own (`torch.ops.prim.mkldnn_convolution`), puts them in the place of others
  (`torch.jit.optimize_for_inference`), or gives several to another library at once (`torch.jit.enable_onednn_fusion`).

Each leads through a function of ours from before the first cell on, which tells the ban what would be called.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch

Tell = Callable[[Iterable[str]], object]
"""Is told names of operators, and raises where one is banned; without a ban it looks at none of them."""


def watch_side_doors(tell: Tell) -> None:
    """From here on, for good."""
    inside: Any = torch._C
    inside._SafeKernelFunction.call_boxed = _telling(inside._SafeKernelFunction.call_boxed, tell, _of_kernel)
    for kind in (inside.ScriptFunction, inside.ScriptMethod):
        kind.__call__ = _telling(kind.__call__, tell, _of_script)
    inside._jit_interpret_graph = _telling(inside._jit_interpret_graph, tell, _of_graph)
    inside._jit_get_operation = _telling_later(inside._jit_get_operation, tell)


def _of_kernel(kernel: Any) -> Iterator[str]:
    yield kernel.op_handle.schema().name


def _of_script(script: Any) -> Iterator[str]:
    yield from _of_graph(script.inlined_graph)


def _of_graph(graph: Any) -> Iterator[str]:
    for node in graph.nodes():  # a graph that was optimized cannot be printed
        yield node.kind()
        parts = [node.g(name) for name in node.attributeNames() if node.kindOf(name) == "g"]
        for part in (*node.blocks(), *parts):
            yield from _of_graph(part)


def _telling(call: Callable[..., Any], tell: Tell, names: Callable[[Any], Iterable[str]]) -> Callable[..., Any]:
    def told(thing: Any, /, *arguments: Any, **more: Any) -> Any:
        tell(names(thing))
        return call(thing, *arguments, **more)

    return told


def _telling_later(find: Callable[[str], Any], tell: Tell) -> Callable[[str], Any]:
    """As `find`, but what is found, if the dispatcher does not have it, tells its name when it is called."""
    dispatched = {name.partition(".")[0] for name in torch._C._dispatch_get_all_op_names()}

    def found(name: str) -> Any:
        operation, overloads = find(name)
        if operation is None or name in dispatched:
            return operation, overloads

        def told(*arguments: Any, **more: Any) -> Any:
            tell([name])
            return operation(*arguments, **more)

        return told, overloads

    return found
