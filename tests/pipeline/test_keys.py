"""A step's key changes with all that can change its result, and with nothing else."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagespace_core.pipeline import steps
from imagespace_core.pipeline.steps import Step, parameters_of

VALUES = st.one_of(st.integers(-5, 5), st.floats(0, 1), st.text(max_size=3), st.none(), st.lists(st.integers(0, 3)))
PARAMETERS = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)


def _step(name: str = "s", parameters: dict | None = None, inputs: tuple = ("x", "y")) -> Step:
    return Step(name, lambda draft, report: {}, [], parameters or {}, inputs, ["numpy"])


@given(PARAMETERS, PARAMETERS)
def test_keys_are_equal_exactly_where_the_parameters_are(one: dict, other: dict) -> None:
    same = repr(sorted(one.items())) == repr(sorted(other.items()))  # 1 and 1.0 may differ; True is not drawn
    assert (_step(parameters=one).key({}) == _step(parameters=other).key({})) == same


@given(PARAMETERS)
def test_the_order_of_the_parameters_does_not_matter(parameters: dict) -> None:
    backwards = dict(reversed(parameters.items()))
    assert _step(parameters=parameters).key({}) == _step(parameters=backwards).key({})


@given(st.text(max_size=4), st.text(max_size=4), st.text(max_size=4), st.text(max_size=4))
def test_the_key_follows_the_keys_of_its_inputs_each_in_its_place(x: str, y: str, x2: str, y2: str) -> None:
    same = (x, y) == (x2, y2)
    assert (_step().key({"x": x, "y": y}) == _step().key({"x": x2, "y": y2})) == same
    assert _step().key({"x": x, "y": y, "unrelated": x2}) == _step().key({"x": x, "y": y})


def test_the_key_changes_with_the_name_and_with_a_library_version(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _step().key({})
    assert _step(name="t").key({}) != before
    monkeypatch.setattr(steps, "version", lambda package: "0.0.1")
    assert _step().key({}) != before


@dataclass(frozen=True)
class _Stage:
    size: int = 3
    jobs: int = field(default=1, metadata={"key": False})


def test_a_field_marked_as_no_part_of_the_key_is_left_out() -> None:
    assert parameters_of(_Stage(jobs=8)) == parameters_of(_Stage(jobs=1)) == {"size": 3}
    with pytest.raises(TypeError, match="is not a dataclass"):
        parameters_of(3)
