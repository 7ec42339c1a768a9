"""Quantities of Kubernetes and numbers of AWS Batch: exact, or none at all."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb.jobs.shapes.quantities import read_number, read_quantity

FACTORS: dict[str, int | Fraction] = {
    "": 1, "n": Fraction(1, 10**9), "u": Fraction(1, 10**6), "m": Fraction(1, 1000),
    "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18,
    "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60,
}  # fmt: skip
"""As the documentation of Kubernetes has them, written out a second time."""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4", 4),
        ("0.25", Fraction(1, 4)),
        (".5", Fraction(1, 2)),
        ("1.", 1),
        ("500m", Fraction(1, 2)),
        ("8192Mi", 8192 * 2**20),
        ("16G", 16 * 10**9),
        ("1e3", 1000),
        ("1E3", 1000),
        ("1E", 10**18),
        ("2.5e-1", Fraction(1, 4)),
        ("128974848", 128974848),
        ("2Ki", 2048),
        ("0", 0),
        ("+1", 1),
        ("0.1", Fraction(1, 10)),
    ],
)
def test_a_quantity_is_read_to_its_last_digit(text: str, value: Fraction | int) -> None:
    """Plain, with a suffix, with an exponent: the exact value, without a rounding of floats on the way."""
    assert read_quantity(text) == value


@pytest.mark.parametrize(
    "text",
    ["", " ", " 1", "1 ", "-1", "four", "1K", "1mi", "1KI", "1 Gi", "1e", "e3", "1e3m", "1.2.3", "0x10", "1_000", "٤",
     "nan", "inf", "1e99", "9223372036854775808", "9Ei", "1" * 65, "½"],
)  # fmt: skip
def test_what_is_no_quantity_is_none(text: str) -> None:
    """A unit that does not exist, a sign, a blank, digits of another script, more than Kubernetes holds: unknown."""
    assert read_quantity(text) is None


@pytest.mark.parametrize("value", [None, True, False, [], {}, b"1", float("nan"), float("inf"), -1, -0.5, 2**64])
def test_what_is_no_text_is_none(value: object) -> None:
    """Whatever else an answer may hold in the place of a quantity is no number."""
    assert read_quantity(value) is None
    assert read_number(value) is None


@given(st.decimals(0, 10**6, allow_nan=False, places=4), st.sampled_from(sorted(FACTORS)))
def test_a_quantity_is_its_number_times_its_suffix(number: Decimal, suffix: str) -> None:
    """Any number with any suffix means exactly that product, as far as Kubernetes goes."""
    exact = Fraction(number) * Fraction(FACTORS[suffix])
    assert read_quantity(f"{number:f}{suffix}") == (exact if exact < 2**63 else None)


@given(st.integers(0, 10**6), st.integers(-12, 9))
def test_an_exponent_is_a_power_of_ten(number: int, exponent: int) -> None:
    """Both letters, both signs."""
    exact = Fraction(number) * Fraction(10) ** exponent
    assert read_quantity(f"{number}e{exponent}") == read_quantity(f"{number}E{exponent:+}") == exact


@given(st.integers(0, 2**53) | st.floats(1e-9, 2**53))
def test_a_number_of_json_is_read_as_it_is_written(value: float) -> None:
    """A service that answers numbers in the place of texts says the same."""
    assert read_quantity(value) == Fraction(repr(value))


@given(st.text(max_size=70))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever stands there, the answer is a number of at least 0, or none."""
    value = read_quantity(text)
    assert value is None or 0 <= value < 2**63


@pytest.mark.parametrize(("text", "value"), [("0.25", Fraction(1, 4)), ("2048", 2048), (8, 8), ("4.0", 4)])
def test_a_number_of_batch_is_plain(text: object, value: Fraction | int) -> None:
    """ResourceRequirements hold digits and a point, fractions of a vCPU on Fargate included."""
    assert read_number(text) == value


@pytest.mark.parametrize("text", ["500m", "2048Mi", "1e3", "+4", ".5", "4.", ""])
def test_a_number_of_batch_has_no_suffix(text: str) -> None:
    """Memory of AWS Batch is in MiB already: "2048Mi" there would be 2,048 times as much as 2,048 MiB."""
    assert read_number(text) is None
