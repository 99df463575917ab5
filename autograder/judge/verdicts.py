"""From how a check ended to its result: the verdict, and the sentences that the student and the staff read."""

from __future__ import annotations

import builtins
import re
import traceback
from dataclasses import replace

from autograder import messages
from autograder.box.outcome import StudentError
from autograder.judge import describe
from autograder.judge.conversation import Conversation, FailedExpectation
from autograder.model import CheckResult, Verdict

NO_EVIDENCE = "The check ended without an error, but it expected nothing, or never asked the student's code."


def result_of(
    blank: CheckResult, error: BaseException | None, talk: Conversation, of: describe.Parameters
) -> CheckResult:
    """The result of a check that ended with `error`, or without one."""
    staff = describe.lines(talk.printed)
    blank = replace(blank, measured=dict(talk.measured))
    if isinstance(error, FailedExpectation):
        failed = replace(blank, verdict=Verdict.FAILED, message=error.sentence, picture=error.picture)
        return replace(failed, counterexample=describe.counterexample(talk, of), staff=staff)
    if isinstance(error, StudentError):
        failed = replace(blank, verdict=error.verdict, message=student_message(error, talk))
        return replace(failed, counterexample=describe.counterexample(talk, of), staff=staff)
    if error is not None:
        told = "".join(traceback.format_exception(error))
        return replace(blank, message=messages.ungraded(), staff=describe.lines(f"{staff}\n{told}".strip()))
    if not talk.has_evidence:
        return replace(blank, message=messages.ungraded(), staff=NO_EVIDENCE)
    return replace(blank, verdict=Verdict.PASSED, staff=staff)


def student_message(error: StudentError, talk: Conversation) -> str:
    """What the student reads about an error in the box; its own text only where the assignment shows that much."""
    where = describe.plain(error.where, 80)
    if error.verdict is Verdict.TIMED_OUT:
        return messages.timed_out(_seconds(error, talk), where)
    if error.verdict is Verdict.OUT_OF_MEMORY:
        return messages.out_of_memory(talk.limits.memory_mb, where)
    if error.verdict is Verdict.BLOCKED:
        return _blocked(error)
    return _raised(error, talk, where)


def _seconds(error: StudentError, talk: Conversation) -> float:
    alone = talk.seconds < talk.limits.check_seconds
    return talk.limits.call_seconds if alone else talk.limits.check_seconds


def _blocked(error: StudentError) -> str:
    if error.type_name == "BannedOperation":
        known = re.fullmatch(r"[A-Za-z0-9_:.]{1,60}", error.message)
        return messages.banned(error.message if known else "an operation that is not allowed here")
    return messages.blocked("an answer that is none, sent around the grader's questions")


def _raised(error: StudentError, talk: Conversation, where: str) -> str:
    if error.type_name == "NotImplementedError" and error.unwritten:
        return messages.not_implemented(where)
    if error.type_name == "Undefined":
        return messages.missing_name(str(talk.exchanges[-1].request["target"][1]) if talk.exchanges else "such name")
    if error.type_name == "Exit" and not where:
        return messages.ended()
    if error.type_name == "Crash" and not where:
        return messages.crashed(describe.plain(error.message, 80))
    built_in = isinstance(getattr(builtins, error.type_name, None), type)
    kind = error.type_name if built_in or talk.show != "shapes" else "an error of its own"
    text = describe.plain(error.message) if talk.show != "shapes" else ""
    return messages.raised(describe.plain(kind, describe.MAX_NAME), text, where)
