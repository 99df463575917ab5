"""Benchmarks of the engine, run by `make bench`; nothing here is needed for grading."""
