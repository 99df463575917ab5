"""docs/security.md names the test of each promise; every one of them exists."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent


def test_every_test_that_the_document_names_exists():
    document = (HERE.parents[1] / "docs" / "security.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", document))
    sources = [path.read_text(encoding="utf-8") for path in HERE.parent.rglob("test_*.py")]
    written = {name for source in sources for name in re.findall(r"^def (test_\w+)", source, re.M)}
    assert named <= written
    assert len(named) > 40
