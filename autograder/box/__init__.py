"""The wall: student code runs in a box behind it; nothing here knows what a right answer is."""
