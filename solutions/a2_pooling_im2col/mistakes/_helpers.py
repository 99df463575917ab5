"""What several mistakes use: as the notebook gives it."""


def pair(value):
    """As the notebook gives it."""
    return tuple(value) if isinstance(value, (list, tuple)) else (value, value)
