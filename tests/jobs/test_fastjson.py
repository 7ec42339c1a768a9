"""JSON by orjson, and by Python's own where that refuses: the same values and the same text."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb.jobs import fastjson
from batchnb.jobs.fastjson import DEEPEST, from_json, to_json, to_sorted_json
from batchnb.jobs.job import JobStatus

texts = st.text(st.characters(exclude_categories=())) | st.sampled_from(["\ud800", "\u2028", "\x00", "\x7f", "\u202e"])
plain = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    plain | texts, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)
)


@given(values)
def test_what_is_written_is_read_again(value: Any) -> None:
    """Whatever a journal may hold, lone surrogates too, comes back as it was, from one line."""
    written = to_json(value)
    assert b"\n" not in written
    assert from_json(written) == value


@given(values, st.booleans())
def test_it_reads_and_writes_as_python_does(value: Any, escaped: bool) -> None:  # noqa: FBT001
    """Either may read what the other has written."""
    assert from_json(json.dumps(value, ensure_ascii=escaped).encode("utf-8", "surrogatepass")) == value
    assert json.loads(to_json(value).decode("utf-8", "surrogatepass")) == value


@given(st.binary(max_size=40) | values.map(lambda value: json.dumps(value).encode()))
def test_what_is_no_json_is_a_value_error(data: bytes) -> None:
    """Bytes of any kind are read as Python would, or refused as it would refuse them."""
    expected = read_or_refused(lambda: json.loads(data.decode("utf-8", "surrogatepass")))
    assert repr(read_or_refused(lambda: from_json(data))) == repr(expected)


def read_or_refused(read: Callable[[], Any]) -> Any:
    """Return what is read, or the class of the error."""
    try:
        return read()
    except ValueError:
        return ValueError


def test_numbers_that_are_too_large_are_written_all_the_same() -> None:
    """A journal is not to fail because of a number that a service has made up."""
    written = to_json({"createdAt": 10**30, "status": JobStatus.RUNNING})
    assert json.loads(written) == {"createdAt": 1e30, "status": "RUNNING"}
    assert from_json(b'{"createdAt": %d}' % 10**30) == {"createdAt": 1e30}


ODD_NUMBERS = [
    *(2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 2**53 + 1, 10**22, 10**30, 10**400, -(10**400)),
    *(0.0, -0.0, 1e22, 1e-7, 5e-324, 1.7976931348623157e308, float("inf"), float("-inf"), float("nan"), True, False),
]
numbers = st.sampled_from(ODD_NUMBERS) | st.integers() | st.floats()
odd_values = st.recursive(
    numbers | texts, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)
)


@pytest.mark.parametrize("write", [to_json, to_sorted_json])
@pytest.mark.parametrize("number", ODD_NUMBERS, ids=repr)
def test_an_odd_number_is_written_as_it_is_read(number: float, write: Callable[[Any], bytes]) -> None:
    """Integers beyond 64 bits, floats without a form in JSON and -0.0: read again and written again, all is equal."""
    for value in (number, {"a": [number]}, {"a": number, "b": "\ud800"}):
        written = write(value)
        assert write(from_json(written)) == written


@given(odd_values)
def test_what_was_read_once_never_changes(value: Any) -> None:
    """The bytes that are written of a value are those that are written of it after it was read."""
    written = to_sorted_json(value)
    assert to_sorted_json(from_json(written)) == written
    assert from_json(to_json(value)) == from_json(written)


def test_what_has_no_form_in_json_is_a_type_error() -> None:
    """Nothing is written of it."""
    with pytest.raises(TypeError):
        to_json({"at": object()})


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_what_is_nested_too_deep_is_cut_and_the_rest_is_read(opening: bytes) -> None:
    """One value that no machine could read does not cost the others of the same text."""
    closing = {b"[": b"]", b'{"a":': b"}"}[opening]
    deep = opening * 100_000 + b"1" + closing * 100_000
    value = from_json(b'{"jobs":[{"jobId":"[}","tags":' + deep + b'},{"jobId":"b"}]}')
    assert [job["jobId"] for job in value["jobs"]] == ["[}", "b"]
    levels = 0
    inner = value["jobs"][0]["tags"]
    while inner is not None:
        inner = inner[0] if isinstance(inner, list) else inner["a"]
        levels += 1
    assert levels < DEEPEST
    assert from_json(to_json(value)) == value


def test_what_is_nested_too_deep_is_written_without_what_is_below() -> None:
    """Neither a deep value nor one that contains itself keeps a line from being written."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    circle: dict[str, Any] = {}
    circle["a"] = circle
    assert from_json(to_json({"jobId": "a", "deep": deep}))["jobId"] == "a"
    assert from_json(to_json(circle))["a"]


@pytest.mark.parametrize("text", [b"[" * 5_000, b'{"a":' * 5_000, b"]" * 5_000, b"[" * 5_000 + b"}" * 5_000])
def test_what_is_deep_and_broken_is_a_value_error(text: bytes) -> None:
    """Half of a deep text is no JSON."""
    with pytest.raises(ValueError, match=r"."):
        from_json(text)


@pytest.mark.parametrize("digits", [20, 25, 400, 6_000])
def test_a_number_of_any_length_is_read(digits: int) -> None:
    """Python refuses to read numbers of more than some thousand digits; one of them must not cost the other jobs."""
    assert from_json(b'{"jobs": [{"stoppedAt": 9%b}]}' % (b"0" * digits))["jobs"][0]["stoppedAt"] > 10**19


# --- without orjson -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plain_json() -> Iterator[ModuleType]:
    """Return the module as it is where orjson cannot be imported, as on Python 3.15."""
    name = "batchnb.jobs.fastjson_without_orjson"
    spec = importlib.util.spec_from_file_location(name, fastjson.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "orjson", None)
        spec.loader.exec_module(module)
        yield module


@given(value=odd_values)
def test_without_orjson_the_same_is_written_and_read(plain_json: ModuleType, value: Any) -> None:
    """A journal that one Python has written is read by the other, and a body has the same bytes in both."""
    ours, theirs = to_sorted_json(value), plain_json.to_sorted_json(value)
    assert from_json(theirs) == plain_json.from_json(ours) == from_json(ours)
    assert plain_json.to_sorted_json(plain_json.from_json(theirs)) == theirs
    if not re.search(rb"\de[-+\d]", ours + theirs):  # they write 1e22 and 6e-05 in different ways
        assert ours == theirs
    assert plain_json.from_json(plain_json.to_json(value)) == from_json(to_json(value))


@pytest.mark.parametrize("data", [b"{", b"", b"nope", b"[1,]", b"\xff"])
def test_without_orjson_bad_json_is_a_value_error(plain_json: ModuleType, data: bytes) -> None:
    """What is no JSON is refused by both."""
    for module in (fastjson, plain_json):
        with pytest.raises(ValueError, match=r"."):
            module.from_json(data)


def test_without_orjson_odd_values_are_written(plain_json: ModuleType) -> None:
    """Deep values, values that contain themselves, statuses and what has no form at all."""
    circle: dict[str, Any] = {"status": JobStatus.RUNNING}
    circle["again"] = circle
    assert plain_json.from_json(plain_json.to_json(circle))["status"] == "RUNNING"
    with pytest.raises(TypeError):
        plain_json.to_json({"at": object()})
