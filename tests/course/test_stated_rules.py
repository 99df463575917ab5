"""Every hidden check quotes the sentence of the notebook that it rests on.

That a quote is in the release is refused elsewhere (`autograder.course.stated`); here: that there is one.
"""

from __future__ import annotations

WITHOUT_QUOTES = {  # gets shorter; a suite leaves it when its last check has a quote
    "a5_transfer",
}


def test_every_check_quotes_the_notebook(assignment):
    lacking = [check.name for check in assignment.checks if not check.quotes]
    assert lacking == [] or assignment.slug in WITHOUT_QUOTES, "write @check(quote=…)"


def test_a_suite_with_quotes_is_off_the_list(assignment):
    complete = all(check.quotes for check in assignment.checks)
    assert not (complete and assignment.slug in WITHOUT_QUOTES), "take it off the list"
