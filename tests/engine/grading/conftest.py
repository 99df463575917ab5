"""Without Slurm its tests are left out."""

from __future__ import annotations

from tests.programs import SLURM, missing

collect_ignore = ["test_slurm.py"] if SLURM in missing() else []
