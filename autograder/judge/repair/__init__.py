"""Small changes of a student's own function, as text: the one that passes shows where to look.

Nothing here runs a submission. Its source is parsed, behind caps, and edits of it are written; whoever asks tries them.
"""
