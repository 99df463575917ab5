"""Without podman the test of our image is left out."""

from __future__ import annotations

from tests.programs import PODMAN, missing

collect_ignore = ["test_image.py"] if PODMAN in missing() else []
