"""From how a check ended to its result: the verdict, and the sentences that the student and the staff read."""

from __future__ import annotations

import builtins
import re
import traceback
from dataclasses import replace

from autograder import messages
from autograder.box.outcome import Reply, StudentError
from autograder.errors import BoxFailure
from autograder.judge import describe
from autograder.judge.conversation import Conversation, FailedExpectation
from autograder.model import CheckResult, Verdict
from autograder.text import plain

_MISFIT = re.compile(r"(\w[\w.]{0,80}?)(?:\.__init__)?\(\) (?:missing|takes|got) ")  # Python's, of other parameters
_UNKNOWN = re.compile(r"name '(\w{1,80})' is not defined.*")  # Python's, which may add what it thinks is meant
NO_EVIDENCE = "The check ended without an error, but it has no expectation or never called the student's code."


def result_of(
    blank: CheckResult, error: BaseException | None, conversation: Conversation, parameters: describe.Parameters
) -> CheckResult:
    """The result of a check that ended with `error`, or without one."""
    staff = plain.last_lines(conversation.printed)
    blank = replace(blank, measured=dict(conversation.measured))
    if isinstance(error, FailedExpectation):
        failed = replace(blank, verdict=Verdict.FAILED, message=error.sentence, picture=error.picture)
        staff = plain.last_lines(f"{staff}\n{error.trace}".strip())
        return replace(failed, counterexample=describe.counterexample(conversation, parameters), staff=staff)
    if isinstance(error, StudentError):
        failed = replace(blank, verdict=error.verdict, message=student_message(error, conversation, parameters))
        failed = _with_cause(failed, error, conversation, parameters)
        example = describe.counterexample(conversation, parameters)
        return replace(failed, counterexample=example, staff=staff, unwritten=error.from_stub)
    if error is not None:
        staff = plain.last_lines(f"{staff}\n{trace_of(error)}".strip())
        return replace(blank, message=messages.NO_VERDICT, staff=staff)
    if not conversation.has_evidence:
        return replace(blank, message=messages.NO_VERDICT, staff=NO_EVIDENCE)
    return replace(blank, verdict=Verdict.PASSED, staff=staff)


def is_undecided(error: BaseException | None, conversation: Conversation) -> bool:
    """Whether the body of a check ended in a way that the suite, or what it was answered, may be to blame for."""
    if isinstance(error, (FailedExpectation, StudentError)):
        return False
    ours = isinstance(error, (BoxFailure, OSError)) or not conversation.requests
    return not ours and (error is not None or not conversation.has_evidence)


def trace_of(error: BaseException | None) -> str:
    """The error with its traceback, for the staff; what its frames hold is let go."""
    if error is None:
        return NO_EVIDENCE
    trace = plain.last_lines("".join(traceback.format_exception(error)))
    traceback.clear_frames(error.__traceback__)
    return trace


def broken_by(theirs: Conversation, right: Conversation, trace: str) -> FailedExpectation:
    """What a check says that ends without a verdict for these answers, and with one for the reference's."""
    for yours, mine in zip(theirs.exchanges if theirs.is_whole else (), right.exchanges, strict=False):
        if not isinstance(yours.outcome, Reply) or not isinstance(mine.outcome, Reply):
            break
        form, expected = describe.form(yours.outcome.value), describe.form(mine.outcome.value)
        if form != expected:
            return FailedExpectation(messages.odd_answer(form, expected), trace=trace)
    return FailedExpectation(messages.odd_answer(), trace=trace)


def _with_cause(
    failed: CheckResult, error: StudentError, conversation: Conversation, parameters: describe.Parameters
) -> CheckResult:
    """The result with what other checks may have in common: the line that raised, or the name that is missing."""
    if error.verdict is not Verdict.RAISED or error.from_stub:
        return failed
    if error.type_name == "Undefined":
        return replace(failed, missing=_missing(error, conversation, parameters))
    unknown = _UNKNOWN.fullmatch(error.message) if error.type_name == "NameError" else None
    failed = replace(failed, missing=unknown[1] if unknown else "")
    where = plain.one_line(error.where, 80)
    return replace(failed, stopped_at=where, error=_kind(error, conversation)) if where else failed


def student_message(error: StudentError, conversation: Conversation, parameters: describe.Parameters) -> str:
    """What the student reads about an error in the box; its own text only where the assignment shows that much."""
    where = plain.one_line(error.where, 80)
    if error.verdict is Verdict.TIMED_OUT:
        return messages.timed_out(_seconds(error, conversation), where)
    if error.verdict is Verdict.OUT_OF_MEMORY:
        return messages.out_of_memory(conversation.limits.memory_mb, where)
    if error.verdict is Verdict.BLOCKED:
        return _blocked(error)
    if error.type_name == "Undefined":
        return messages.missing_name(_missing(error, conversation, parameters))
    return _raised(error, conversation, where)


def _missing(error: StudentError, conversation: Conversation, parameters: describe.Parameters) -> str:
    """The name that was asked for; where a helper of the suite did, one of the reference's, and nothing else."""
    asked = [exchange.request for exchange in conversation.exchanges]
    root, name, *_ = asked[-1].get("target", ["", ""]) if asked else ["", ""]
    inside = error.message.removeprefix("name '").removesuffix("' is not defined")
    return str(name) if root == "name" else inside if inside in parameters else "function"


def _seconds(error: StudentError, conversation: Conversation) -> float:
    alone = conversation.spent < conversation.limits.check_seconds
    return conversation.limits.call_seconds if alone else conversation.limits.check_seconds


def _blocked(error: StudentError) -> str:
    if error.type_name == "BannedOperation":
        known = re.fullmatch(r"[A-Za-z0-9_:.]{1,60}", error.message)
        return messages.banned(error.message if known else messages.NAMELESS_OPERATION)
    return messages.blocked(messages.STRAY_DATA)


def _raised(error: StudentError, conversation: Conversation, where: str) -> str:
    if error.from_stub:
        return messages.not_implemented(where)
    if error.type_name == "Exit" and not where:
        return messages.ENDED
    if error.type_name == "Crash" and not where:
        return messages.crashed(plain.one_line(error.message, 80))
    if error.type_name == "WireError" and not where:
        return messages.UNCOMPARABLE
    kind = _kind(error, conversation)
    text = plain.one_line(error.message) if conversation.show != "shapes" else ""
    text = messages.NO_GPU if error.asks_for_gpu else text
    text = f"{text}: {messages.KIT_ONLY}" if text and error.type_name == "ModuleNotFoundError" else text
    if where:
        return messages.raised(kind, text, where)
    called = _MISFIT.match(text)  # a helper of the suite made the call
    name = describe.called_directly(conversation) or (called[1] if called else "")  # no line of the student's raised it
    return messages.not_callable(name, kind, text) if name else messages.not_usable(kind, text)


def _kind(error: StudentError, conversation: Conversation) -> str:
    """The class of an error as the student may read it."""
    built_in = isinstance(getattr(builtins, error.type_name, None), type)
    kind = error.type_name if built_in or conversation.show != "shapes" else messages.CUSTOM_ERROR
    return plain.one_line(kind, describe.MAX_NAME)
