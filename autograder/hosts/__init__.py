"""Other programs that call us: nbgrader, Gradescope, GitHub Classroom; nothing of ours depends on them."""
