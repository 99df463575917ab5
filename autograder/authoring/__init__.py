"""For authors: notebooks are built, suites proved, thresholds calibrated; a class is never graded here."""
