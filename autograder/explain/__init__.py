"""`convgrade explain`: why a check ended as it did, and the check once more in a fresh box; no verdict is changed."""
