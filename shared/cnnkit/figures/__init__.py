"""The figures of the notebooks, each with alt text. They draw what they are given and compute nothing of the course."""
