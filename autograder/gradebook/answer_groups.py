"""Answers that say the same in similar words, put beside each other for those who mark."""

from collections.abc import Sequence

_ALIKE = 0.75  # distance of two answers, 0 to 1, up to which they are of a group
_READ = 4000  # characters of an answer that are compared
_WORD = r"\w+|[^\w\s]"


def answer_groups(texts: Sequence[str]) -> list[list[int]]:
    """The texts' numbers in groups of similar ones, the largest group first; in a group, the closest side by side.

    Words and pairs of words, weighed by how rare they are, and average linkage over their cosine distances.
    """
    written = [number for number, text in enumerate(texts) if text.strip()]
    blank = [number for number, text in enumerate(texts) if not text.strip()]
    groups = _clustered([texts[number][:_READ] for number in written])
    ordered = sorted(groups, key=lambda group: (-len(group), group[0]))
    return [*([written[place] for place in group] for group in ordered), *([blank] if blank else [])]


def _clustered(texts: list[str]) -> list[list[int]]:
    if len(texts) < 2:
        return [[0]] if texts else []
    from scipy.cluster.hierarchy import fcluster, leaves_list, linkage  # seconds: only where somebody marks
    from scipy.spatial.distance import squareform
    from sklearn.feature_extraction.text import TfidfVectorizer

    words = TfidfVectorizer(token_pattern=_WORD, ngram_range=(1, 2), sublinear_tf=True).fit_transform(texts)
    distances = (1 - (words @ words.T).toarray()).clip(0, 1)
    tree = linkage(squareform(distances, checks=False), "average")
    homes = fcluster(tree, _ALIKE, "distance")
    groups: dict[int, list[int]] = {}
    for leaf in leaves_list(tree):
        groups.setdefault(int(homes[leaf]), []).append(int(leaf))
    return list(groups.values())
