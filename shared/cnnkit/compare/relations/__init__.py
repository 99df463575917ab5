"""What a wrong answer is, in terms of the expected one: turned, scaled, shifted, rounded; knows no assignment.

A relation is told only where it holds for every wrong answer that it is asked about, and would be a surprise.
"""

from cnnkit.compare.relations.leaves import Pair, sizes_of
from cnnkit.compare.relations.search import Relation, is_telling, related

__all__ = ["Pair", "Relation", "is_telling", "related", "sizes_of"]
