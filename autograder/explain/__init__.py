"""Everything about one verdict, for a TA: what was kept, the check again in a fresh box, a shell in there."""
