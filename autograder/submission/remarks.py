"""Sentences about the file, about written answers, and about names of functions; others: autograder/messages.py."""

from collections.abc import Sequence

READ_AS_WINDOWS = "The file is not UTF-8; it was read as Windows-1252, so letters with accents may be wrong."


def answer_by_place(grade_ids: Sequence[str]) -> str:
    """Written answers that stand where they belong, in cells without their labels."""
    several = len(grade_ids) > 1
    answers, were, places = ("answers", "were", "their places") if several else ("answer", "was", "its place")
    return f"Your written {answers} {_named(grade_ids)} {were} found in another cell, by {places}."


def answer_not_found(grade_ids: Sequence[str]) -> str:
    """Written answers whose cells are empty or gone, where the student wrote something elsewhere."""
    answers = "answers" if len(grade_ids) > 1 else "answer"
    empty = f"No cell for your written {answers} {_named(grade_ids)} holds anything of yours"
    return f"{empty}; a person looks for it in the rest of your notebook."


def picture_not_kept(grade_id: str) -> str:
    """A picture in a written answer that is not in the file, is no picture, or too large."""
    limits = "PNG or JPEG, at most 2 MB each and six in one answer"
    return f"A picture in your written answer `{grade_id}` is not in the file or could not be kept: {limits}."


def name_given(cell: str, name: str) -> str:
    """A cell that came with the notebook uses the name of a function of the student's own."""
    where = cell if cell.startswith("cell ") else f"the cell `{cell}`"
    told = f"In {where}, which came with this notebook, `{name}` gets another meaning than your function's"
    return f"{told}, which was graded. Give your function another name."


def _named(grade_ids: Sequence[str]) -> str:
    return ", ".join(f"`{grade_id}`" for grade_id in grade_ids)


def all_names_of(cell: str, module: str) -> str:
    """A cell below an answer imports whatever a module has."""
    what = f"`from {module} import *` may give names of yours, or Python's own, another meaning, which was graded"
    return f"In {cell}, {what}. Import what you need by its name."


def all_deleted(cell: str) -> str:
    """A cell below an answer starts IPython's magic that deletes names."""
    return f"In {cell}, `%reset` deletes names, so that what stood above it was not left to grade. Remove it."
