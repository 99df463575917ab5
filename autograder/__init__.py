"""Grades student notebooks behind a wall. Read `autograder.grading.one` first; docs/architecture.md maps the rooms."""
