"""What a suite lets through though nobody wrote it down: mutants of the author's answers, and nothing-answers."""
