"""Calls pytest once for an assignment; its main loop then is whatever the worker serves.

pytest is isolated from the machine it runs on: no configuration file, no plugin but ours, no cache, nothing printed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, TypeVar, cast
from unittest import mock

import pytest
import torch
import torch.fx.experimental.symbolic_shapes  # the first gradient imports this: 0.3 s, here once, not in every fork
from hypothesis.internal.conjecture import providers

from autograder.box import gpu
from autograder.course import Assignment
from autograder.course.parts import files_of
from autograder.course.thresholds import Thresholds
from autograder.errors import CourseError, place
from autograder.judge import beside
from autograder.judge.cases import Cases
from autograder.judge.course_modules import importing_from
from autograder.judge.mistakes import load_mistakes
from autograder.judge.student import Student
from autograder.judge.suite import Running, Suite, collected

__all__ = ["JudgePlugin", "Suite", "with_suite"]

T = TypeVar("T")

_OFF = (
    "unraisableexception threadexception cacheprovider terminal terminalprogress logging capture doctest junitxml"
    " pastebin faulthandler warnings recwarn setuponly setupplan stepwise debugging legacypath tmpdir monkeypatch"
    " subtests nose"
)


def with_suite(assignment: Assignment, serve: Callable[[Suite], T], device: str = "cpu") -> T:
    """Collects the hidden suite and calls serve(suite) inside pytest. Raises CourseError when the suite is broken.

    `serve` may fork: `suite.run` needs nothing that a fork loses.
    """
    torch.set_num_threads(1)  # a parallel operation before a fork makes every fork hang
    plugin = JudgePlugin(assignment, serve, device)
    with importing_from(assignment.folder), _alone():
        pytest.main(_arguments(assignment), plugins=[plugin])
    if plugin.error is not None:
        raise plugin.error
    if not plugin.served:
        raise CourseError("the hidden suite could not be collected", place(assignment.suite), plugin.internal[-1000:])
    return plugin.answer  # type: ignore[no-any-return]


def _arguments(assignment: Assignment) -> list[str]:
    options = ["-c", os.devnull, f"--rootdir={assignment.folder}", "--noconftest", "--disable-plugin-autoload"]
    off = [word for name in _OFF.split() for word in ("-p", f"no:{name}")]
    files = [str(file.path) for file in files_of(assignment.suite, assignment.names)]
    return [*options, "--import-mode=importlib", "--assert=plain", *off, *files]


@contextmanager
def _alone() -> Iterator[None]:
    """No options of pytest from the environment, no card; no examples that depend on which modules are imported."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    with (
        mock.patch.dict(os.environ, inherited | gpu.HIDDEN, clear=True),
        mock.patch.object(providers, "is_local_module_file", _never),
    ):
        yield


def _never(_path: str) -> bool:
    return False


class JudgePlugin:
    """The hooks and fixtures of a hidden suite."""

    def __init__(self, assignment: Assignment, serve: Callable[[Suite], Any], device: str) -> None:
        self.assignment, self._serve, self._device = assignment, serve, device
        self.suite: Suite | None = None
        self.answer: Any = None
        self.served = False
        self.error: BaseException | None = None
        self.internal = ""

    @property
    def running(self) -> Running:
        """The check that runs now."""
        assert self.suite is not None
        assert self.suite.running is not None
        return self.suite.running

    @pytest.fixture
    def student(self) -> Student:
        """The notebook under test."""
        return Student(self.running.conversation)

    @pytest.fixture
    def cases(self) -> Cases:
        """Seeded inputs."""
        return Cases(self.running.conversation.seed)

    @pytest.fixture
    def thresholds(self) -> Thresholds:
        """What a right solution reaches, as assignment.toml says."""
        return Thresholds(self.assignment.thresholds)

    @pytest.fixture
    def device(self) -> str:
        """Where tensors live in the box."""
        return self._device

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A suite that cannot be imported is a broken course."""
        if report.failed and self.error is None:
            lines = [line for line in str(report.longrepr).splitlines() if line.strip()]
            what = f"the hidden suite cannot be imported: {lines[-1] if lines else 'unknown reason'}"
            file = self.assignment.folder / report.nodeid
            self.error = CourseError(what, place(file if file.is_file() else self.assignment.suite), "fix that file")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Takes the place of pytest's own loop over the tests."""
        if self.error is None:
            try:
                self.suite = self._built(session.items)
                self.served = True
                self.answer = self._serve(self.suite)
            except BaseException as error:  # noqa: BLE001  # handed through pytest to the caller of with_suite
                self.error = error
        return True

    def _built(self, items: Sequence[pytest.Item]) -> Suite:
        found = collected(self.assignment, items)
        for name in {item.module.__name__.partition(".")[0] for item in found.values()}:
            beside.read_all(name)
        reference = vars(sys.modules["reference"])  # loaded by importing_from
        return Suite(self.assignment, found, load_mistakes(self.assignment), reference)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Keeps the first error of a check; saves pytest the work of formatting it."""
        error = call.excinfo.value if call.excinfo else None
        if error is not None and self.running.error is None:
            self.running.error = error
        outcome: Literal["passed", "failed"] = "passed" if error is None else "failed"
        when = cast(Literal["setup", "call", "teardown"], call.when)
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, when)

    def pytest_internalerror(self, excrepr: object) -> None:
        """Kept, since pytest itself prints nothing here."""
        self.internal = str(excrepr)
