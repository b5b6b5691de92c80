"""When a file counts as whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from services.drop.wholeness import Settling, Signature, has_writer, is_named_unfinished


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def signature(size: int = 1, written: int = 1) -> Signature:
    return Signature(7, size, written, written)


def test_a_file_is_whole_when_it_has_rested_by_our_own_clock() -> None:
    clock = Clock()
    settling = Settling(5, clock)
    settling.look({"a": signature(written=10**18)})  # written in another machine's future
    clock.now += 4.9
    settling.look({"a": signature(written=10**18)})
    assert list(settling.settled()) == []
    clock.now += 0.1
    assert [name for name, _ in settling.settled()] == ["a"]


def test_a_file_that_changes_begins_to_rest_anew() -> None:
    clock = Clock()
    settling = Settling(5, clock)
    settling.look({"a": signature(1), "b": signature()})
    clock.now += 5
    settling.look({"a": signature(2), "b": signature()})
    assert [name for name, _ in settling.settled()] == ["b"]
    settling.look({"b": signature()})
    assert len(settling) == 1, "what is gone is forgotten"


def test_an_empty_file_rests_longer() -> None:
    clock = Clock()
    settling = Settling(5, clock)
    settling.look({"a": signature(0)})
    clock.now += 59
    assert list(settling.settled()) == []
    clock.now += 1
    assert [name for name, _ in settling.settled()] == ["a"]


def test_who_is_there_longest_comes_first() -> None:
    clock = Clock()
    settling = Settling(5, clock)
    settling.look({"b": signature()})
    clock.now += 1
    settling.look({"a": signature(), "b": signature()})
    clock.now += 5
    assert [name for name, _ in settling.settled()] == ["b", "a"]


def test_whoever_has_it_open_for_writing_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w") as writing:
        reader = os.open(path, os.O_RDONLY)
        assert has_writer(reader)
        writing.close()
        assert not has_writer(reader)
        with path.open() as other:
            assert not has_writer(reader), other.name
    os.close(reader)


@pytest.mark.parametrize("name", [".a.csv", "a.csv.part", "A.CSV.TMP", "a.crdownload", "a~", "~$a"])
def test_a_name_may_say_that_a_file_is_not_there_yet(name: str) -> None:
    assert is_named_unfinished(name)


@pytest.mark.parametrize("name", ["a.csv", "part.csv", "三月.xlsx", "a.tmp.csv"])
def test_other_names_say_nothing(name: str) -> None:
    assert not is_named_unfinished(name)
