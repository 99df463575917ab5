"""Makes the kit's small data files from scikit-learn, Faker and scikit-image: python shared/training/make_files.py"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "shared" / "cnnkit" / "files"


def make(folder: Path = FILES) -> list[Path]:
    """Writes digits.npz, names.csv and slide.png: the public parts, without the third that graders keep."""
    held_out = runpy.run_path(str(ROOT / "solutions" / "held_out.py"))
    pixels, labels = held_out["split_digits"](hidden=False)
    np.savez_compressed(folder / "digits.npz", images=pixels, labels=labels)
    lines = ["name,gender", *(f"{name},{gender}" for name, gender in held_out["split_names"](hidden=False))]
    (folder / "names.csv").write_text("\n".join(lines) + "\n", "utf-8")
    Image.fromarray(held_out["split_slide"](hidden=False)).save(folder / "slide.png", optimize=True)
    return [folder / name for name in ("digits.npz", "names.csv", "slide.png")]


if __name__ == "__main__":
    for path in make():
        sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")
