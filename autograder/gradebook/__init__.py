"""Points of people: nbgrader's gradebook, lateness, regrading; how a verdict is reached is none of its business."""
