"""Prints the tables of docs/diagnosis.md, of all assignments or those named; exit code 1 where a goal is missed.

`--held-out` asks about the second set, `--students` about the third, `--assistant` about the fourth,
`--colleague` about the fifth.
"""

import sys

from tests.course.unseen.measure import (
    ASSISTANT,
    COLLEAGUE,
    HELD_OUT,
    HERE,
    SLUGS,
    STUDENTS,
    is_good,
    measured,
    summary,
    table,
)

SETS = {"--held-out": HELD_OUT, "--students": STUDENTS, "--assistant": ASSISTANT, "--colleague": COLLEAGUE}

folder = next((SETS[word] for word in sys.argv[1:] if word in SETS), HERE)
slugs = [word for word in sys.argv[1:] if word not in SETS]
rows = [row for slug in slugs or SLUGS for row in measured(slug, folder=folder)]
sys.stdout.write("\n".join([*table(rows), "", summary(rows)]) + "\n")
sys.exit(not is_good(rows))
