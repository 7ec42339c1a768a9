"""A wrong clock is not taken for wrong credentials."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from batchnb.aws.clock_skew import clock_advice

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
EXPIRED = "Signature expired: 20261126T115000Z is now earlier than 20261126T120000Z"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("InvalidSignatureException", EXPIRED),
        ("InvalidSignatureException", "Signature not yet current: 20261126T120000Z is still later than ..."),
        ("SignatureDoesNotMatch", EXPIRED),
        ("RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
        ("RequestInTheFuture", ""),
    ],
)
def test_both_codes_name_the_clock(code: str, said: str) -> None:
    """AWS Batch says it with one code, other services with another."""
    advice = clock_advice(code, said, {}, NOW)
    assert advice is not None
    assert advice.startswith("The clock of this machine is wrong. It says 2026-11-26 12:00:00 UTC.")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("InvalidSignatureException", "The request signature we calculated does not match"),
        ("ExpiredTokenException", "The security token included in the request is expired"),
        ("AccessDeniedException", "no"),
        ("", ""),
    ],
)
def test_whatever_else_is_not_the_clock(code: str, said: str) -> None:
    """A wrong secret has the same code as a wrong clock."""
    assert clock_advice(code, said, {"date": "Thu, 26 Nov 2026 10:00:00 GMT"}, NOW) is None


@pytest.mark.parametrize(
    ("date", "says"),
    [
        ("Thu, 26 Nov 2026 10:00:00 GMT", "is wrong: it is 2.0 h ahead of AWS's. It says"),
        ("Thu, 26 Nov 2026 12:20:00 GMT", "is wrong: it is 20.0 min behind AWS's. It says"),
        ("Thu, 26 Nov 2026 12:00:01 GMT", "is wrong. It says"),
        ("yesterday", "is wrong. It says"),
        ("", "is wrong. It says"),
    ],
)
def test_the_answer_tells_by_how_much(date: str, says: str) -> None:
    """The header of the answer has AWS's time."""
    assert says in str(clock_advice("RequestTimeTooSkewed", "", {"date": date}, NOW))
