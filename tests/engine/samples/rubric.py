"""A rubric for the question of the sample course."""

RUBRIC = """\
[why]
asks = "What makes it true, with a **reason**."
notes = "Nobody loses points for `code` instead of words."

[[why.criteria]]
name = "The reason"
levels = [
  { points = 6, sentence = "A number is even if it is twice another, and the answer says so." },
  { points = 3, sentence = "It is even, without a reason." },
  { points = 0, sentence = "Neither." },
]

[[why.criteria]]
name = "In one's own words"
levels = [
  { points = 4, sentence = "Clear to somebody who has not read the question." },
  { points = 2, sentence = "Clear to somebody who has." },
  { points = 0, sentence = "Not clear." },
]

[[why.examples]]
points = 10
answer = "Twice a number is even: it is that number and itself."
"""
