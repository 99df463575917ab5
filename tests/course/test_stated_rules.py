"""Every hidden check quotes the sentence of the notebook that it rests on.

That a quote is in the release is refused elsewhere (`autograder.course.stated`); here: that there is one.
"""

from __future__ import annotations


def test_every_check_quotes_the_notebook(assignment):
    assert [check.name for check in assignment.checks if not check.quotes] == [], "write @check(quote=…)"
