"""How numbers, counts and durations are written for people, everywhere."""

import math

from autograder.model import cents


def number(value: float) -> str:
    """Points for people: 7, 7.5, 7.25; never 7.0."""
    return f"{cents(value):.2f}".rstrip("0").rstrip(".")


def amount(count: int, noun: str, plural: str = "") -> str:
    """1 check, 2 checks."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


def duration(seconds: float) -> str:
    """Two units at most, rounded up: "1 day 3 hours", "12 minutes", "1 minute"."""
    minutes = max(math.ceil(seconds / 60), 1)
    parts = [(minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute")]
    first = next(index for index, (count, _) in enumerate(parts) if count)
    return " ".join(amount(count, unit) for count, unit in parts[first : first + 2] if count)


def first_sentence(text: str) -> str:
    """Up to the first full stop or line end, without the stop."""
    line = text.strip().split("\n", 1)[0]
    return line.split(". ", 1)[0].rstrip(".")
