"""What a maker makes is what the class itself would make."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, field, fields

import pytest

from suyuan.domain.events import Event, Item, Product
from suyuan.domain.making import maker_of


@dataclass(frozen=True, slots=True)
class Crate:
    lot: str
    pieces: int = 1
    marks: dict[str, str] = field(default_factory=dict)


def test_an_instance_is_equal_to_one_that_the_class_makes() -> None:
    make = maker_of(Crate)
    assert make("L1") == Crate("L1")
    assert make("L1", marks={"a": "b"}) == Crate("L1", 1, {"a": "b"})
    assert repr(make("L1", 2)) == repr(Crate("L1", 2))
    assert type(make("L1")) is Crate


def test_a_default_that_is_made_is_made_for_each() -> None:
    make = maker_of(Crate)
    assert make("L1").marks is not make("L1").marks


def test_an_instance_is_frozen() -> None:
    crate = maker_of(Crate)("L1")
    with pytest.raises(FrozenInstanceError):
        crate.pieces = 2  # type: ignore[misc]


def test_a_missing_value_is_refused() -> None:
    with pytest.raises(TypeError):
        maker_of(Crate)()  # type: ignore[call-arg]


@pytest.mark.parametrize("kind", [Event, Item, Product])
def test_makers_of_events_take_their_fields_in_order(kind: type[object]) -> None:
    values = [object() for _ in fields(kind)]  # type: ignore[arg-type]
    made = maker_of(kind)(*values)
    assert [getattr(made, f.name) for f in fields(kind)] == values  # type: ignore[arg-type]
