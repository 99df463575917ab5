"""The top of course.toml and of assignment.toml: their texts, and which tables they may have."""

from dataclasses import dataclass

from autograder.course.toml import one_of, setting

COURSE_TEXTS = {
    "name": ("text", "of the course; must be there"),
    "secret": ("text", "seeds the hidden inputs: keep it to yourself, change it each term; must be there"),
    "zone": ('a name such as "Europe/Berlin"', "time zone of dates and times that name none; else this machine's"),
}
COURSE_TABLES = (
    *("deadlines", "extensions", "late", "attempts", "gradebook", "exports", "teams", "feedback", "canvas"),
    *("choose", "leave_out", "stretch", "requests"),
)
ASSIGNMENT_TEXTS = {"title": ("text", "what students read; must be there")}
ASSIGNMENT_TABLES = ("limits", "feedback", "hidden", "bans", "thresholds")
COURSE_KEYS = {*COURSE_TEXTS, *COURSE_TABLES}
ASSIGNMENT_KEYS = {*ASSIGNMENT_TEXTS, *ASSIGNMENT_TABLES}
SHOW = ("shapes", "errors", "values")  # how much of a hidden input feedback may tell, least first


@dataclass(frozen=True, slots=True)
class Feedback:
    """What feedback tells."""

    show: str = setting(SHOW[0], one_of(*SHOW), "how much of a hidden input, least first")
