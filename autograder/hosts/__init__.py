"""Other people's machines that grade or check: Gradescope's container, GitHub Classroom's runner."""
