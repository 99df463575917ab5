"""Prints the table of docs/diagnosis.md."""

import sys

from tests.course.unseen.measure import SLUGS, measured, table

sys.stdout.write("\n".join(table([row for slug in SLUGS for row in measured(slug)])) + "\n")
