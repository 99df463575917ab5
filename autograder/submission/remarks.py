"""Sentences about what students wrote for questions that people mark; about code: autograder/messages.py."""

from collections.abc import Sequence


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
    """A picture in a written answer that is no picture, or too large."""
    limits = "PNG or JPEG, at most 2 MB each and six in one answer"
    return f"A picture in your written answer `{grade_id}` could not be kept: {limits}."


def _named(grade_ids: Sequence[str]) -> str:
    return ", ".join(f"`{grade_id}`" for grade_id in grade_ids)
