"""Functions of Python modules that refuse to run: whoever holds one, on whatever thread, meets the refusal.

A function of Python gets other code. A compiled one cannot: its module gets another function in its place. What is not
imported yet cannot be imported. PyTorch has some operators once more in Python, made of slices and indices, for its
compiler: no dispatcher sees these, so a word for operators closes them here, by their names.
"""

import gc
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

from torch import _decomp, _refs
from torch.nn.utils import _expanded_weights

_ONCE_MORE = tuple(f"{module.__name__}." for module in (_decomp, _refs, _expanded_weights))
_TWINS = [  # before any cell could take one away; below what decorates it, since a table may hold that
    (module, name, inspect.unwrap(value))
    for module in [module for name, module in list(sys.modules.items()) if f"{name}.".startswith(_ONCE_MORE)]
    for name, value in vars(module).items()
    if isinstance(value, FunctionType)
]


def _entered(*_arguments: Any, _refuse: Callable[[], Any], **_more: Any) -> Any:
    return _refuse()


class Modules:
    """Which modules are switched off; `refuse` is told the name of one that is entered, and raises."""

    def __init__(self, refuse: Callable[[str], Any]) -> None:
        self._refuse = refuse
        self._then = list(sys.modules.values())  # before any cell; the collector does not show what was set aside
        self._within: tuple[str, ...] = ()  # how names of modules begin that are switched off
        self._undo: list[Callable[[], object]] = []
        self._watches = False

    def reset(self) -> None:
        """Switches all on again."""
        for undo in reversed(self._undo):
            undo()
        self._undo.clear()
        self._within = ()

    def add(self, words: tuple[str, ...], operators: tuple[str, ...] = ()) -> None:
        """Switches off these modules, and in Python the operators of these patterns, as far as they are not yet."""
        self._within = tuple(f"{word}." for word in words)
        if words and not self._watches:
            sys.addaudithook(self._imported)  # it stays for good, and is heard of imports, files and the like only
            self._watches = True
        for module in self._loaded() if words else ():
            for name, value in list(vars(module).items()):
                if callable(value) and self._covers(getattr(value, "__module__", None)):
                    self._close(module, name, value)
        pattern = re.compile("|".join(operators) or "(?!)")
        for module, name, value in _TWINS:
            if pattern.search(name):
                self._close(module, name, value)

    def _loaded(self) -> list[ModuleType]:
        """What is covered of all modules in memory, also one that a cell took out of the list of imported ones."""
        later = (each for each in gc.get_objects() if type(each) is ModuleType)
        everywhere = {id(module): module for module in (*self._then, *sys.modules.values(), *later)}
        return [module for module in everywhere.values() if self._covers(getattr(module, "__name__", None))]

    def _covers(self, module: object) -> bool:
        return isinstance(module, str) and f"{module}.".startswith(self._within)

    def _imported(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "import" and self._covers(arguments[0]):
            self._refuse(arguments[0])

    def _close(self, module: ModuleType, name: str, value: Any) -> None:
        def refuse(*_arguments: object, **_more: object) -> Any:
            return self._refuse(value.__module__)

        if isinstance(value, FunctionType) and not value.__code__.co_freevars:
            if value.__code__ is not _entered.__code__:  # several modules hold the same function
                self._undo += _restored(value)
                value.__code__, value.__kwdefaults__ = _entered.__code__, {"_refuse": refuse}
        elif not isinstance(value, type):
            self._undo.append(lambda: setattr(module, name, value))
            setattr(module, name, refuse)


def _restored(function: FunctionType) -> Iterator[Callable[[], object]]:
    """What puts a function back as it is now."""
    code, defaults = function.__code__, function.__kwdefaults__
    yield lambda: setattr(function, "__code__", code)
    yield lambda: setattr(function, "__kwdefaults__", defaults)
