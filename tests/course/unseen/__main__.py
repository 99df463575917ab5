"""Prints the tables of docs/diagnosis.md, of all assignments or those named; exit code 1 where a goal is missed."""

import argparse
import sys

from tests.course.unseen.measure import (
    ASSISTANT,
    COLLEAGUE,
    EXCHANGE,
    HELD_OUT,
    HERE,
    NEWCOMER,
    SLUGS,
    STUDENTS,
    VISITOR,
    is_good,
    measured,
    summary,
    table,
)

parser = argparse.ArgumentParser(prog="python -m tests.course.unseen", description=__doc__)
parser.add_argument("slug", nargs="*", help=f"assignments: {', '.join(SLUGS)} (all of them, if none is named)")
for option, folder, which in (
    ("--held-out", HELD_OUT, "second"),
    ("--students", STUDENTS, "third"),
    ("--assistant", ASSISTANT, "fourth"),
    ("--colleague", COLLEAGUE, "fifth"),
    ("--newcomer", NEWCOMER, "sixth"),
    ("--visitor", VISITOR, "seventh"),
    ("--exchange", EXCHANGE, "eighth"),
):
    help_text = f"ask about the {which} set instead of the first"
    parser.add_argument(option, dest="folder", action="store_const", const=folder, default=HERE, help=help_text)
options = parser.parse_args()
if unknown := [slug for slug in options.slug if slug not in SLUGS]:
    parser.error(f"unknown assignment: {', '.join(unknown)} (one of {', '.join(SLUGS)})")
rows = [row for slug in options.slug or SLUGS for row in measured(slug, folder=options.folder)]
sys.stdout.write("\n".join([*table(rows), "", summary(rows)]) + "\n")
sys.exit(not is_good(rows))
