"""Grades student notebooks behind a wall. Read `autograder.grade` first."""
