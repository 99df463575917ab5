"""The three standard streams, before anything else is opened.

Where one is closed, the next file that is opened gets its number, and what any library or child prints there goes into
that file: a gradebook, say.
"""

import os
import sys

from autograder.errors import ConvgradeError

_IN, _OUT, _ERR = range(3)


def hold_streams() -> None:
    """Nothing is read or told where standard input or standard error is closed.

    Raises ConvgradeError where results would have no place.
    """
    missing = [number for number in (_IN, _OUT, _ERR) if not _is_open(number)]
    for _ in missing:  # the lowest number that is free, so in this order
        os.open(os.devnull, os.O_RDWR)
    if _ERR in missing:
        sys.stderr = open(_ERR, "w", encoding="utf-8", closefd=False)  # noqa: SIM115  # as long as the process
    if _OUT in missing or not sys.stdout:
        raise ConvgradeError("standard output is closed: there is no place for results\n  for none, write >/dev/null")


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
