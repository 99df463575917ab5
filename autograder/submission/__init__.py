"""What was handed in: bytes become cells and answers; nothing of it is ever executed here."""
