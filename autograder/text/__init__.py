"""Text for people and terminals: escaping, numbers, amounts, words; no sentence that students read (see `messages`)."""
