"""Files that are written whole or not at all, names that we make, digests without collisions."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.files import PUBLIC, digest_of, natural_key, safe_name, write_atomically


@given(st.text(), st.text())
def test_different_students_have_different_files(one, other):
    names = {safe_name(one), safe_name(other)}
    assert len(names) == len({one, other})
    assert all(len(name) <= 53 and set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for name in names)


@given(st.lists(st.text()))
def test_any_names_can_be_sorted(names):
    backwards = names[::-1]
    assert sorted(names, key=natural_key) == sorted(backwards, key=natural_key)


WRITER = """
import sys
from pathlib import Path
from autograder.files import write_atomically
print("go", flush=True)
while True:
    for letter in b"ab":
        write_atomically(Path(sys.argv[1]), bytes([letter]) * 300_000)
"""


def test_kill_9_never_leaves_half_a_file(tmp_path):
    target = tmp_path / "report.json"
    for wait in (0.01, 0.03, 0.05):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(target)], stdout=subprocess.PIPE)
        writer.stdout.readline()
        time.sleep(wait)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        assert not target.exists() or target.read_bytes() in (b"a" * 300_000, b"b" * 300_000)


def test_what_is_written_is_private_unless_it_is_for_others(tmp_path):
    before = os.umask(0o022)
    write_atomically(tmp_path / "report", b"")
    write_atomically(tmp_path / "page", b"", PUBLIC)
    os.umask(before)
    modes = [(tmp_path / name).stat().st_mode & 0o777 for name in ("report", "page")]
    assert modes == [0o600, 0o644]


def test_a_link_is_replaced_and_not_followed(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"precious")
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert (target.read_bytes(), link.read_bytes(), link.is_symlink()) == (b"precious", b"new", False)


def test_a_folder_that_is_a_link_is_refused_where_it_may_be_a_students(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "way").symlink_to(tmp_path / "real")
    with pytest.raises(OSError):
        write_atomically(tmp_path / "way" / "page", b"page", follow=False)
    assert os.listdir(tmp_path / "real") == []


def test_parts_of_a_digest_do_not_run_into_each_other():
    parts = [{"a": b"bc"}, {"ab": b"c"}, {"a": b"b", "c": b""}, {"a": b"", "b": b"c"}]
    assert len({digest_of(each) for each in parts}) == len(parts)
