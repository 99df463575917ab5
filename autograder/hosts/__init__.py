"""Other programs: nbgrader, Gradescope, GitHub Classroom call us, and Canvas is called; nothing of ours needs them."""
