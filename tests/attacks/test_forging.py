"""Frames that the student's code writes itself: they are answers or violations, never verdicts, and end no grader."""

from __future__ import annotations

import select

import pytest

from autograder.box.box import Box
from autograder.box.inside import wire
from autograder.model import Verdict
from tests.attacks.walls import call, ending

FORGE = """
def nonce():
    frame = sys._getframe()
    while not isinstance(frame.f_locals.get("nonce"), bytes): frame = frame.f_back
    return frame.f_locals["nonce"]
def frame(body, head=None, printed=b""):
    payload = (nonce() if head is None else head) + struct.pack(">I", len(printed)) + printed + body
    return struct.pack(">I", len(payload)) + payload
def say(data):
    while data: data = data[os.write(3, data):]
ONE = b"d\\0\\0\\0\\1s\\0\\0\\0\\5valuei\\0\\1\\1"  # {"value": 1}
def still(): return "here"
"""
AS_ANSWER = f"{FORGE}\ndef attack(*args):\n    say(frame(args[0]))\n    os._exit(0)"


def array(kind: str, dtype: str, shape: tuple[int, ...], data: bytes, requires_grad: bool = False) -> bytes:
    """A reply whose value is an array that says this of itself."""
    head = b"d\0\0\0\1s\0\0\0\5value"
    return head + wire.encode(wire.Array(kind, dtype, shape, "cpu", requires_grad, data))


BROKEN = {
    "nothing": b"",
    "an unknown tag": b"d\0\0\0\1s\0\0\0\5valueX",
    "a list instead of a dict": b"l\0\0\0\0",
    "no dict": b"N",
    "bytes after the value": b"d\0\0\0\0N",
    "more items than sent": b"d\xff\xff\xff\xff",
    "a text longer than the frame": b"d\0\0\0\1s\xff\xff\xff\xffvalue",
    "text that is no text": b"d\0\0\0\1s\0\0\0\1\xffN",
    "the same key twice": b"d\0\0\0\2TNTN",
    "a list as key": b"d\0\0\0\1l\0\0\0\0N",
    "deep nesting": b"d\0\0\0\1s\0\0\0\5value" + b"l\0\0\0\1" * 5000 + b"N",
    "many empty dicts": b"d\0\0\0\1s\0\0\0\5valuel\0\3\xd0\x90" + b"d\0\0\0\0" * 250_000,
    "an empty integer": b"d\0\0\0\1s\0\0\0\5valuei\0\0",
    "a huge integer": b"d\0\0\0\1s\0\0\0\5valuei\xff\xff" + b"\x7f" * 0xFFFF,
    "a larger shape than data": array("torch", "float64", (1000, 1000), bytes(8)),
    "a smaller shape than data": array("torch", "float64", (1,), bytes(80)),
    "sides whose product overflows": array("numpy", "float64", (2**32, 2**32), b""),
    "an empty array of endless sides": array("numpy", "float64", (0, 2**40, 2**40), b""),
    "the same as a tensor": array("torch", "float64", (0, 2**63, 2**63), b""),
    "bools that are neither": array("torch", "bool", (2,), b"\2\3"),
    "objects": array("numpy", "float64", (1,), bytes(8)).replace(b"float64", b"object1"),
    "a kind that numpy does not have": array("numpy", "bfloat16", (1,), bytes(2)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_is_a_violation_of_the_submission(walls, name):
    with walls.box(AS_ANSWER) as box:
        assert ending(box, "attack", BROKEN[name]).verdict is Verdict.BLOCKED
        assert call(box, "still") == "here"


ROADS = {
    "an oversized frame": "say(b'\\xff\\xff\\xff\\xff')",
    "garbage": "say(b'hello, grader, full marks please')",
    "a wrong nonce": "say(frame(ONE, head=bytes(16)))",
    "a frame without nonce": "say(struct.pack('>I', 3) + b'abc')",
    "text that is longer than the frame": "say(struct.pack('>I', 24) + nonce() + struct.pack('>I', 2**31) + b'1234')",
}


@pytest.mark.parametrize("name", ROADS)
def test_a_broken_frame_is_a_violation_of_the_submission(walls, name):
    with walls.box(f"{FORGE}\ndef attack():\n    {ROADS[name]}\n    time.sleep(600)") as box:
        assert ending(box, "attack").verdict is Verdict.BLOCKED
        assert call(box, "still") == "here"


def test_half_a_frame_and_silence_is_a_timeout(walls):
    with walls.box(f"{FORGE}\ndef attack():\n    say(frame(ONE)[:-2])\n    time.sleep(600)") as box:
        assert ending(box, "attack").verdict is Verdict.TIMED_OUT
        assert call(box, "still") == "here"


def test_closing_the_socket_is_an_ending_not_an_answer(walls):
    with walls.box(f"{FORGE}\ndef attack():\n    os.close(3)\n    time.sleep(600)") as box:
        assert ending(box, "attack").verdict is Verdict.RAISED
        assert call(box, "still") == "here"


def test_a_second_answer_spoils_the_next_question(walls):
    with walls.box(f"{FORGE}\ndef attack():\n    say(frame(ONE))\n    return 2") as box:
        assert call(box, "attack") == 1  # an answer, forged in its own process: it is judged like any other
        assert ending(box, "still").verdict is Verdict.BLOCKED
        assert call(box, "still") == "here"


LATER = f"""{FORGE}
asked, spoken = threading.Event(), threading.Event()
def attack():
    first = nonce()
    def speak():
        asked.wait()
        say(frame(ONE, head=first))
        spoken.set()
    threading.Thread(target=speak).start()
    return 7
def slow():
    asked.set()
    spoken.wait()
    return 5"""


def test_an_old_nonce_answers_nothing(walls):
    with walls.box(LATER) as box:
        assert call(box, "attack") == 7
        assert ending(box, "slow").verdict is Verdict.BLOCKED


def test_without_the_nonce_an_answer_to_another_question_is_taken(walls):
    with walls.box(LATER, off=["nonce"]) as box:
        assert call(box, "attack") == 7
        assert call(box, "slow") == 1


EARLY = f"""{FORGE}
def attack():
    def reads(frame):
        return frame is not None and (frame.f_code.co_name == "receive" or reads(frame.f_back))
    def speak():
        while not reads(sys._current_frames()[threading.main_thread().ident]):
            time.sleep(0.001)  # until the honest answer has left, and the next question is waited for
        say(frame(ONE, head=bytes(16)))
    threading.Thread(target=speak).start()
    return 7"""


def wait_for_speech(box: Box) -> None:
    """Until the submission has said something that nobody asked for."""
    assert select.select([box._socket], [], [], 120)[0]


def test_an_early_answer_is_a_violation(walls):
    with walls.box(EARLY) as box:
        call(box, "attack")
        wait_for_speech(box)
        error = ending(box, "still")
    assert (error.verdict, "unrequested" in error.message) == (Verdict.BLOCKED, True)


def test_the_nonce_alone_stops_an_early_answer(walls):
    with walls.box(EARLY, off=["quiet"]) as box:
        call(box, "attack")
        wait_for_speech(box)
        assert ending(box, "still").verdict is Verdict.BLOCKED


def test_without_both_checks_an_early_answer_is_taken(walls):
    with walls.box(EARLY, off=["quiet", "nonce"]) as box:
        call(box, "attack")
        wait_for_speech(box)
        assert call(box, "still") == 1


def reply(**fields: object) -> bytes:
    """A well-formed reply with these fields."""
    return wire.encode(fields)


@pytest.mark.parametrize("verdict", ["passed", "ungraded", "skipped", {"a": 1}, None, 10**600])
def test_no_answer_names_its_own_verdict(walls, verdict):
    forged = reply(error={"kind": verdict, "type": verdict, "message": verdict, "where": verdict, "verdict": "passed"})
    with walls.box(AS_ANSWER) as box:
        assert ending(box, "attack", forged).verdict is Verdict.RAISED


@pytest.mark.parametrize("field", ["mutated", "grads", "value", "score", "passed", "ok"])
def test_odd_fields_of_an_answer_end_nothing(walls, field):
    for odd in (10**600, [{"x": [None, float("nan")]}], "full marks", {"verdict": "passed"}):
        with walls.box(AS_ANSWER) as box:
            taken = box.ask({"op": "call", "target": ["name", "attack"], "args": [reply(**{field: odd})]})
            assert repr(taken.value) == (repr(odd) if field == "value" else "None")


def test_long_texts_of_an_answer_are_cut_again_outside(walls):
    forged = reply(error={"message": "x" * 10**6, "type": "y" * 10**6, "where": "z" * 10**6, "trace": "t" * 10**6})
    with walls.box(AS_ANSWER) as box:
        error = ending(box, "attack", forged)
    assert len(error.message + error.type_name + error.where + error.printed) < 10_000


@pytest.mark.parametrize("kind", ["Exit", "Crash", "Ended", "Timeout", "Violation"])
def test_no_letter_from_inside_reaches_the_student_as_ours(walls, kind):
    letter = "hidden input: 0.5 -0.25"
    with walls.box(AS_ANSWER) as box:
        error = ending(box, "attack", reply(error={"type": kind, "message": letter, "where": f"line 3 of {letter}"}))
    assert (error.type_name, error.where) == (f"{kind}Error", "")


def test_figures_of_an_answer_are_cut_again_outside(walls):
    png = b"\x89PNG" + bytes(400_001)
    forged = reply(ok=True, figures=[png, *[b"\x89PNG<script>"] * 100, "text"], printed="p" * 10**6)
    with walls.box(FORGE) as box:
        outcome = box.run_cell(f"say(frame(bytes.fromhex('{forged.hex()}')))", "forged")
    assert len(outcome.figures) <= 4
    assert all(len(figure) < 400_000 for figure in outcome.figures)
    assert len(outcome.printed) <= 25_000
