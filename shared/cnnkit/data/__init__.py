"""Data to work on, offline: photographs (of scikit-image), handwritten digits, names, a stained slide, drawings.

The full data sets of the lecture are read from the folder CNNKIT_DATA: see `cnnkit.data.datasets`.
"""

from cnnkit.data.bundled import FILES, PHOTOS, digits, enlarged, gray, names, photo
from cnnkit.data.datasets import (
    emnist_letters,
    fashion_mnist,
    histopathology,
    mnist,
    quickdraw,
    sign_language,
    spanish_names,
)
from cnnkit.data.drawn import LETTERS, SHAPES, letters, scattered, shapes
from cnnkit.data.tissue import as_many_of_each, evened, patches, slide

__all__ = ["FILES", "LETTERS", "PHOTOS", "SHAPES", "digits", "enlarged", "gray", "letters", "names", "patches", "photo"]
__all__ += ["as_many_of_each", "evened", "scattered", "shapes", "slide"]
__all__ += ["emnist_letters", "fashion_mnist", "histopathology", "mnist", "quickdraw", "sign_language", "spanish_names"]
