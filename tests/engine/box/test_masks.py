"""What a mask covers: every place where a file is seen, and nothing beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.box.masks import mask_words, readable_without


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """a/secret, a/open, b/inner/secret, b/open, and links to all of them."""
    for name in ("a/secret", "a/open", "b/inner/secret", "b/open"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "a").symlink_to(tmp_path / "a")
    (tmp_path / "c" / "secret").symlink_to(tmp_path / "a" / "secret")
    return tmp_path


def test_what_is_hidden_is_left_out_and_nothing_else(tree):
    readable, listed = readable_without([str(tree)], [str(tree / "a" / "secret"), str(tree / "b" / "inner")])
    assert readable == [str(tree / name) for name in ("a/open", "b/open", "c")]
    assert listed == [str(tree), str(tree / "a"), str(tree / "b")]


def test_without_hidden_files_all_is_as_it_was(tree):
    assert readable_without([str(tree), "/nowhere"], []) == ([str(tree), "/nowhere"], [])


def test_what_a_link_points_to_is_hidden_too(tree):
    readable, _ = readable_without([str(tree)], [str(tree / "c" / "secret")])
    assert str(tree / "a" / "open") in readable
    assert not {str(tree), str(tree / "a"), str(tree / "a" / "secret")} & set(readable)


def test_a_root_inside_a_hidden_folder_is_left_out(tree):
    assert readable_without([str(tree / "b" / "inner")], [str(tree / "b")]) == ([], [])


def test_a_file_seen_in_two_places_is_covered_in_both(tree):
    mounts = {str(tree): str(tree), str(tree / "a"): "/box/venv", "/usr": "/usr"}
    words = mask_words([str(tree / "c" / "secret")], mounts, str(tree))
    empty = str(tree / "empty")
    assert words == ["--ro-bind", empty, str(tree / "a" / "secret"), "--ro-bind", empty, "/box/venv/secret"]
    assert (tree / "empty").read_bytes() == b""


def test_a_folder_is_covered_by_an_empty_one(tree):
    words = mask_words([str(tree / "b")], {str(tree): "/box"}, str(tree))
    assert words[-4:] == ["--tmpfs", "/box/b", "--remount-ro", "/box/b"]


def test_what_is_not_seen_needs_no_cover(tree):
    assert mask_words([str(tree / "a" / "secret")], {"/usr": "/usr"}, str(tree)) == []
