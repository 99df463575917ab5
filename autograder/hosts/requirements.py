"""The installed packages that grading needs, pinned: requirements.txt for another machine."""

import re
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

TOPS = ("convgrade", "cnnkit")
NOT_THERE = {"convgrade", "cnnkit", "nbgrader"}  # ours comes as source, and no gradebook is needed there


def pinned() -> str:
    """Lines name==version of every package that grading imports, directly or not."""
    return "".join(f"{name}=={pin.partition('+')[0]}\n" for name, pin in sorted(closure(TOPS).items()))


def closure(tops: tuple[str, ...]) -> dict[str, str]:
    """Installed packages below `tops` by name, with their versions; what is not installed is pip's to find."""
    found: dict[str, str] = {}
    waiting = [Requirement(top) for top in tops]
    while waiting:
        wanted = waiting.pop()
        name = re.sub(r"[-_.]+", "-", wanted.name).lower()
        extras = {"", *wanted.extras}
        if name in found or (name in NOT_THERE and name not in TOPS):
            continue
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
        below = [Requirement(line) for line in requires(name) or ()]
        waiting += [requirement for requirement in below if any(_applies(requirement, extra) for extra in extras)]
    return {name: pin for name, pin in found.items() if name not in NOT_THERE}


def _applies(wanted: Requirement, extra: str) -> bool:
    return wanted.marker is None or wanted.marker.evaluate({"extra": extra})
