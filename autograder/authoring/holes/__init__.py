"""What a suite lets through though nobody wrote it down: mechanical mutants of the author's answers, and nothing-answers."""
