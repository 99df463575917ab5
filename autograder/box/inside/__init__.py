"""What runs inside the box, beside student code: it holds no secret and imports nothing from outside this package."""
