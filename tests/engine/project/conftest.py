"""Without podman or Docker the tests of our image in it are left out."""

from __future__ import annotations

from pathlib import Path

from tests.programs import DOCKER, PODMAN, missing

collect_ignore = [Path(tests).name for tests in (PODMAN, DOCKER) if tests in missing()]
