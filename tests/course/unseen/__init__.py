"""Mistakes that the catalogue's authors did not write, and how each is found: `python -m tests.course.unseen`."""
