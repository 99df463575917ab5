"""A submission whose functions are changed in a box of their own learns nothing there, and earns nothing by it."""

from __future__ import annotations

import resource

import pytest

from tests.attacks.papers import points

COUNTS = "import builtins\nbuiltins.seen = getattr(builtins, 'seen', 0) + 1\n"
AWARE = {  # answers rightly once it notices that it is defined again
    "by counting": f"{COUNTS}def double(x):\n    return x * (2 if builtins.seen > 1 else 3)",
    "by its line": "def double(x):\n    return x * (3 if double.__code__.co_firstlineno == 1 else 2)\n",
    "by its calls": "calls = []\n\n\ndef double(x):\n    calls.append(x)\n    return x * (3 if len(calls) < 9 else 2)",
}
BOMBS = {
    "deep": "def double(x):\n    return " + "(" * 90 + "x * 3" + ")" * 90,
    "deeper": "def double(x):\n    return " + "-" * 5000 + "x",
    "long": "def double(x):\n" + "".join(f"    a{number} = x * {number}\n" for number in range(1500)) + "    return x",
    "slow": "def double(x):\n    for _ in range(10**6):\n        pass\n    return x * 3",
    "slow when changed": "def double(x):\n    for _ in range(10 ** (8 * (double.__code__.co_firstlineno != 1))):\n"
    "        pass\n    return x * 3",
    "ends the process when changed": "import os\n\n\ndef double(x):\n    if double.__code__.co_firstlineno == 1:\n"
    "        os._exit(0)\n    return x * 3",
    "swells": "kept = []\n\n\ndef double(x):\n    kept.append(b'x' * 10**7)\n    return x * 3",
    "a name of many parts": "def double(x):\n    return x" + ".T" * 3000,
}


@pytest.mark.parametrize("how", AWARE)
def test_who_notices_the_changes_earns_nothing(grader, how):
    found = grader.grade(double=AWARE[how])
    assert points(found)["double"] < 60
    assert points(found)["add"] == 30


def judging() -> float:
    """Seconds of the processor that the judges of this process have taken: the box has limits of its own."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("how", BOMBS)
def test_a_bomb_stays_within_the_budget_and_the_verdicts_stand(grader, how):
    before = judging()
    found = grader.grade(double=BOMBS[how])
    assert judging() - before < 60
    assert found.problem == ""
    assert points(found)["add"] == 30
