"""The student's notebook as a suite sees it: every attribute and call goes through the wall."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from autograder.box.inside import wire
from autograder.box.outcome import Handle, Reply
from autograder.judge import beside
from autograder.judge.conversation import ON_VIEWS, Conversation, Request

# No two axes can be merged by `.view`; memory of the tensor begins before it, with other numbers.
_ON_VIEWS = """
def {name}{ending}(*args, **kwargs):
    def with_gaps(x):
        if x.ndim == 1:
            return torch.stack((x.flip(0), x), -1)[:, 1]
        return torch.cat((x.flip(-1), x), -1)[..., x.shape[-1]:]
    def reversed_axes(x):
        back = tuple(range(x.ndim))[::-1]
        return with_gaps(x.permute(back)).permute(back)
    def view(x):
        if isinstance(x, np.ndarray) and x.ndim:
            return np.flip(np.flip(x).copy())
        if not isinstance(x, torch.Tensor) or not x.numel() or not x.ndim:
            return x
        return (with_gaps, reversed_axes)[{number}](x)
    return student.{name}(*map(view, args), **{{key: view(value) for key, value in kwargs.items()}})
"""


@dataclass(frozen=True, slots=True)
class CallResult:
    """A call's value together with its gradients, in the order of `wrt`."""

    value: Any
    grads: tuple[Any, ...]
    wrt: tuple[str, ...]


@dataclass
class _Channel:
    """The conversation, and where its tensors live."""

    conversation: Conversation
    elsewhere: Request = field(default_factory=dict)  # {"device": "cpu"} where the tensors are to stay there

    def send(self, request: Request) -> Reply:
        """The reply to a request of this channel."""
        return self.conversation.send(request | self.elsewhere)

    def wrap(self, value: Any) -> Any:
        """A reply's value with every handle as a Remote."""

        def leaf(item: Any) -> Any:
            return Remote(self, ("handle", item.id), item) if isinstance(item, Handle) else item

        return wire.transform(value, leaf)

    def unwrap(self, value: Any) -> Any:
        """An argument with every Remote as a handle or its value."""

        def leaf(item: Any) -> Any:
            return _plain(item) if isinstance(item, Remote) else item

        return wire.transform(value, leaf)


@dataclass(frozen=True, slots=True)
class _Gradients:
    upstream: Any
    wrt: tuple[str, ...]


class Remote:
    """Something inside the box: a name, a handle, or a path of attributes and items from one."""

    __slots__ = ("_channel", "_fill", "_gradients", "_handle", "_target")

    def __init__(self, channel: _Channel, target: tuple[Any, ...], handle: Handle | None = None) -> None:
        self._channel, self._target, self._handle = channel, target, handle
        self._gradients: _Gradients | None = None
        self._fill: list[str] = []  # parameters that are filled in inside

    def __getattr__(self, name: str) -> Remote:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._step(["attr", name])

    def __getitem__(self, key: Any) -> Remote:
        return self._step(["item", self._channel.unwrap(key)])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls it inside; a CallResult after `with_gradients`."""
        request: Request = {"op": "call", "target": list(self._target), "args": self._channel.unwrap(list(args))}
        request |= {"kwargs": self._channel.unwrap(kwargs)}
        request |= {"fill": self._fill} if self._fill else {}
        if self._gradients is None:
            return self._channel.wrap(self._channel.send(request).value)
        wrt = self._gradients.wrt
        reply = self._channel.send(request | {"upstream": self._gradients.upstream, "wrt": list(wrt)})
        return CallResult(self._channel.wrap(reply.value), reply.grads, wrt)

    def __iter__(self) -> Iterator[Any]:
        reply = self._channel.send({"op": "items", "target": list(self._target), "most": 1000})
        return iter(self._channel.wrap(reply.value))

    def __len__(self) -> int:
        length = self._channel.send({"op": "len", "target": list(self._target)}).value
        return length if type(length) is int else -1

    def __bool__(self) -> NoReturn:
        raise TypeError("this is a reference to something inside the box: use expect(...) or value_of(...)")

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("this is a reference to something inside the box: use expect(...) or value_of(...)")

    __hash__ = None  # type: ignore[assignment]  # as every class with an __eq__ of its own

    def _step(self, step: list[Any]) -> Remote:
        remote = Remote(self._channel, (*self._target, step))
        remote._gradients = self._gradients
        return remote


class _Names:
    """Attribute access to a root of names: the student's or the environment's."""

    def __init__(self, channel: _Channel, root: str, gradients: _Gradients | None = None) -> None:
        self._channel, self._root, self._gradients = channel, root, gradients

    def __getattr__(self, name: str) -> Remote:
        if name.startswith("__"):
            raise AttributeError(name)
        remote = Remote(self._channel, (self._root, name))
        remote._gradients = self._gradients
        return remote


class _OnViews:
    def __init__(self, channel: _Channel) -> None:
        self._channel = channel

    def __getattr__(self, name: str) -> Remote:
        number = self._channel.conversation.seed % 2
        source = _ON_VIEWS.format(name=name, ending=ON_VIEWS, number=number)
        self._channel.send({"op": "run", "source": source})
        return Remote(self._channel, ("env", f"{name}{ON_VIEWS}"))


class _Beside:
    """Helpers of the suite that were put beside the student's code."""

    def __init__(self, channel: _Channel, helpers: Sequence[Callable[..., Any]]) -> None:
        self._channel = channel
        self._fill = {helper.__name__: beside.filled_in(helper) for helper in helpers}

    def __getattr__(self, name: str) -> Remote:
        if name.startswith("__"):
            raise AttributeError(name)
        remote = Remote(self._channel, ("env", name))
        remote._fill = self._fill[name]
        return remote

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the helper, where there is only one."""
        (name,) = self._fill
        return getattr(self, name)(*args, **kwargs)


class Student(_Names):
    """The fixture `student`; see the page of `autograder.judge`."""

    def __init__(self, conversation: Conversation) -> None:
        super().__init__(_Channel(conversation), "name")

    @property
    def env(self) -> _Names:
        """torch, np, nn, F and what `run` defined, inside the box."""
        return _Names(self._channel, "env")

    @property
    def on_views(self) -> _OnViews:
        """The student's functions, called with every array as a view of a layout that the seed of the case chooses."""
        return _OnViews(self._channel)

    @property
    def on_cpu(self) -> Student:
        """The same student; nothing that is asked or answered here leaves the CPU, whatever the device."""
        other = Student(self._channel.conversation)
        other._channel = replace(self._channel, elsewhere={"device": "cpu"})
        return other

    def beside(self, *helpers: Callable[..., Any]) -> _Beside:
        """Functions and classes of the suite inside, with all that they use: `inside.helper(x)` calls one of them.

        Where there is one only, what this gives can be called itself.

        A first parameter `student` is filled in: the notebook, in whose place the suite itself passes `reference`.
        So is a parameter `device` that has a default: where the tensors live.
        """
        self.run(beside.source_of(*helpers))
        return _Beside(self._channel, helpers)

    def run(self, source: str) -> None:
        """Defines helper code beside the student's."""
        self._channel.send({"op": "run", "source": source})

    def with_gradients(self, upstream: Any = True, wrt: tuple[str, ...] = ("0",)) -> _Names:
        """Calls give a CallResult: gradients of (value · upstream) with respect to the arguments named in `wrt`."""
        return _Names(self._channel, "name", _Gradients(upstream, tuple(wrt)))


def value_of(remote: Any) -> Any:
    """What a Remote refers to: plain data by value, other objects as a Remote. Anything else is returned as it is."""
    if not isinstance(remote, Remote):
        return remote
    channel: _Channel = object.__getattribute__(remote, "_channel")
    return channel.wrap(_plain(remote))


def handle_of(value: Any) -> Handle | None:
    """The handle that a Remote is; None for anything else."""
    return value._handle if isinstance(value, Remote) else None


def _plain(remote: Remote) -> Any:
    """A Remote's handle or value, fetched when it is not known yet."""
    if remote._handle is not None:
        return replace(remote._handle)
    return remote._channel.send({"op": "get", "target": list(remote._target)}).value
