"""Exit codes of the command line. A low score is not a failed command."""

from typing import Final

DONE: Final = 0
NOT_GRADED: Final = 1  # something could not be graded, is out of date, or does not hold
WRONG: Final = 2  # wrong usage, or a broken course
NOTHING: Final = 3  # nothing found to work on
INTERRUPTED: Final = 130
