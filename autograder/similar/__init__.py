"""Pairs of submissions that are closer than the scaffold explains. It reports; it never changes a score."""
