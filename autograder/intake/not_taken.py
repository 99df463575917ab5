"""People whose hand-in could not be taken, and why: kept beside the attempts until something of theirs is taken."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from autograder.files import natural_key, write_atomically
from autograder.layout import ATTEMPTS

_FILE = ".not_taken.json"  # no student's folder has a name like this


def not_taken(root: Path, slug: str) -> dict[str, str]:
    """By student the sentence why nothing of theirs is graded, in the order of their names."""
    try:
        found = json.loads((root / ATTEMPTS / slug / _FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    items = found.items() if isinstance(found, dict) else ()
    return dict(sorted(((str(key), str(value)) for key, value in items), key=lambda item: natural_key(item[0])))


def remember(root: Path, slug: str, taken: Iterable[str], listed: Mapping[str, str]) -> None:
    """Whoever is taken now is listed no more; whoever is not, is."""
    before = not_taken(root, slug)
    after = {student: why for student, why in before.items() if student not in set(taken)} | dict(listed)
    if after != before:
        text = json.dumps(after, ensure_ascii=False, indent=1, sort_keys=True)
        write_atomically(root / ATTEMPTS / slug / _FILE, text.encode("utf-8", "surrogatepass"))
