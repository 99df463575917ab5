"""People whose hand-in could not be taken, and why: kept beside the attempts until something of theirs is taken."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from autograder.files import natural_key, write_atomically
from autograder.layout import ATTEMPTS

_FILE = ".not_taken.json"  # no student's folder has a name like this
_TODO = "collect all that was handed in again"


def not_taken(root: Path, slug: str) -> dict[str, str]:
    """By student the sentence why nothing of theirs is graded, in the order of their names."""
    return dict(sorted((_read(root, slug) or {}).items(), key=lambda item: natural_key(item[0])))


def damage(root: Path, slug: str) -> list[str]:
    """A sentence where the list cannot be read: whoever was in it would be missing without a word."""
    path = Path(ATTEMPTS, slug, _FILE)
    return [] if _read(root, slug) is not None else [f"{path} is damaged: who was not taken is unknown, {_TODO}"]


def _read(root: Path, slug: str) -> dict[str, str] | None:
    """None where it is damaged."""
    try:
        found = json.loads((root / ATTEMPTS / slug / _FILE).read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError):
        return None
    is_ours = isinstance(found, dict) and all(isinstance(why, str) for why in found.values())
    return found if is_ours else None


def remember(root: Path, slug: str, taken: Iterable[str], listed: Mapping[str, str]) -> None:
    """Whoever is taken now is listed no more; whoever is not, is. What is damaged is begun anew."""
    before = _read(root, slug)
    after = {student: why for student, why in (before or {}).items() if student not in set(taken)} | dict(listed)
    if after != before:
        text = json.dumps(after, ensure_ascii=False, indent=1, sort_keys=True)
        write_atomically(root / ATTEMPTS / slug / _FILE, text.encode("utf-8", "surrogatepass"))
