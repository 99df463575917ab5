"""Templates of a folder, as every file and page of ours is made from them."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def environment(folder: Path, **options: Any) -> Environment:
    """Jinja's environment for the templates in `folder`; a name that nobody gave is an error, not an empty text."""
    return Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        **{"keep_trailing_newline": True, "trim_blocks": True, "lstrip_blocks": True} | options,
    )
