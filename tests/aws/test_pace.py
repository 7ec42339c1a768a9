"""The pace, in simulated time: how much of a limit is used, how much is rejected, and what never happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchnb.aws.pace import MOST_PLACES, CallKind, Pace, forget_paces, pace_for
from batchnb.errors import InputError
from tests.simulated import Bucket, Limiter, Partitions, Result, Rival, Window, simulate

LATENCIES = pytest.mark.parametrize("latency", [0.02, 0.2], ids=["20 ms", "200 ms"])


@pytest.fixture(autouse=True)
def _nothing_learned() -> Iterator[None]:
    forget_paces()
    yield
    forget_paces()


def seen(limiter: Limiter, latency: float, *, seconds: float = 60.0, jitter: float = 0.0) -> Result:
    """Return what a new pace makes of a minute with a service."""
    return simulate(Pace(), limiter, latency=latency, seconds=seconds, jitter=jitter)


@LATENCIES
@pytest.mark.parametrize(
    ("rate", "burst", "used", "used_later", "rejected"),
    [
        (2, 1, 0.78, 0.81, 0.12),
        (2, 2, 0.96, 0.98, 0.09),
        (2, 10, 0.96, 0.98, 0.12),
        (10, 1, 0.90, 0.93, 0.03),
        (10, 10, 0.985, 0.99, 0.03),
        (10, 50, 0.985, 0.99, 0.055),
        (50, 1, 0.92, 0.95, 0.025),
        (50, 50, 0.985, 0.99, 0.025),
        (50, 250, 0.985, 0.99, 0.035),
        (200, 1, 0.90, 0.95, 0.025),
        (200, 200, 0.97, 0.99, 0.02),
        (200, 1000, 0.97, 0.99, 0.015),
    ],
)
def test_the_limit_of_a_token_bucket_is_used(
    rate: int, burst: int, used: float, used_later: float, rejected: float, latency: float
) -> None:
    """An unknown bucket, its burst included, is used up from the start, and few calls are rejected."""
    result = seen(Bucket(rate, burst), latency)
    assert result.used() >= used
    assert result.used(10) >= used_later
    assert result.rejected <= rejected


@pytest.mark.parametrize(("burst", "used"), [(1, 0.91), (1000, 0.965), (5000, 0.965)])
def test_a_thousand_calls_a_second_are_reached(burst: int, used: float) -> None:
    """A limit fifty times the first rate is found within the first seconds."""
    result = seen(Bucket(1000, burst), 0.02, seconds=30)
    assert result.used() >= used
    assert result.rejected <= 0.02


def test_where_the_places_are_the_limit_they_are_used() -> None:
    """At 1000 calls a second and 200 ms, every place is taken nearly all the time, and nothing is rejected."""
    result = seen(Bucket(1000, 1000), 0.2, seconds=30)
    assert len(result.sent) >= 0.9 * 30 * MOST_PLACES / 0.2
    assert result.rejected == 0


@pytest.mark.parametrize("latency", [0.05, 1.0])
def test_a_slow_service_is_used_to_its_limit(latency: float) -> None:
    """As many calls are under way as the latency asks for, and not many more."""
    result = seen(Bucket(50, 50), latency)
    assert result.used() >= 0.93
    assert result.used(10) >= 0.98
    assert 50 * latency <= result.most_in_flight <= MOST_PLACES


@LATENCIES
@pytest.mark.parametrize("rate", [10, 50, 200])
def test_a_fixed_window_is_used(rate: int, latency: float) -> None:
    """Where calls are counted by the second, a full second is not taken for a limit of nothing."""
    result = seen(Window(rate), latency)
    assert result.used() >= 0.80
    assert result.used(10) >= 0.93
    assert result.rejected <= 0.08


@LATENCIES
@pytest.mark.parametrize(
    ("before", "after", "used", "rejected"),
    [
        (10, 5, 0.97, 0.055),
        (100, 50, 0.98, 0.035),
        (300, 150, 0.98, 0.02),
        (50, 200, 0.82, 0.03),
        (10, 40, 0.65, 0.04),
        (200, 20, 0.94, 0.04),
    ],
)
def test_a_limit_that_changes_is_found_again(
    before: int, after: int, used: float, rejected: float, latency: float
) -> None:
    """The half minute after a fall or a rise, the time that it takes to notice included."""
    result = seen(Bucket(before, before, (30, after)), latency)
    assert result.used(30) >= used
    assert result.rejected <= rejected


@LATENCIES
def test_an_outage_ends_the_waiting_for_it(latency: float) -> None:
    """After ten seconds in which everything was rejected, the limit is reached again within another ten."""
    result = seen(Bucket(50, 50, (20, 0.001), (30, 50)), latency)
    assert result.used(40) >= 0.97
    assert result.rejected <= 0.08


@LATENCIES
@pytest.mark.parametrize(("rate", "since", "rejected"), [(50, 0, 0.09), (200, 30, 0.035)])
def test_another_client_leaves_us_the_rest(rate: int, since: float, rejected: float, latency: float) -> None:
    """Where another client takes half of the limit, we use the other half, and it gets nearly all of its own."""
    rival = Rival(Bucket(rate, rate), rate / 2, since)
    result = seen(rival, latency)
    assert result.used() >= 0.96
    assert result.rejected <= rejected
    assert rival.let_in >= 0.85 * rival.asked


@LATENCIES
@pytest.mark.parametrize(("rate", "used", "rejected"), [(50, 0.88, 0.06), (200, 0.92, 0.04)])
def test_a_limit_split_over_partitions_is_used(rate: int, used: float, rejected: float, latency: float) -> None:
    """Rejections by chance, long before the limit as a whole is reached, do not press the rate down."""
    result = seen(Partitions(rate, rate, 4), latency)
    assert result.used() >= used
    assert result.rejected <= rejected


@pytest.mark.parametrize("rate", [10, 50, 200])
def test_uneven_latencies_cost_nothing(rate: int) -> None:
    """Calls that overtake each other by up to 20 ms are paced as well as others."""
    result = seen(Bucket(rate, rate), 0.05, jitter=0.02)
    assert result.used() >= 0.97
    assert result.used(10) >= 0.99
    assert result.rejected <= 0.03


@pytest.mark.parametrize(("rate", "used"), [(10, 0.93), (50, 0.94), (200, 0.93)])
@pytest.mark.parametrize("retry_after", [0.2, 1.0])
def test_retry_after_is_honoured(rate: int, used: float, retry_after: float) -> None:
    """Nothing goes out for as long as a rejection has asked for, and still the limit is used."""
    told: list[float] = []

    class Told(Pace):
        def throttled(self, sent_at: float, now: float, retry_after: float | None = None) -> None:
            told.append(now)
            super().throttled(sent_at, now, retry_after)

    result = simulate(Told(), Bucket(rate, rate), latency=0.05, retry_after=retry_after)
    assert not [at for at in result.sent if any(now < at < now + retry_after - 1e-9 for now in told)]
    assert result.used() >= used
    assert result.rejected <= 0.06


@LATENCIES
def test_a_break_is_not_taken_for_a_lower_limit(latency: float) -> None:
    """When we had nothing to send for a while, sending goes on at the rate that was known."""
    result = simulate(Pace(), Bucket(50, 50), latency=latency, pauses=[(20, 40)])
    again = [at for at in result.sent if 40 <= at < 45]
    assert len(again) >= 0.93 * 5 * 50
    assert result.rejected <= 0.04


@pytest.mark.parametrize("rate", [50, 200])
@pytest.mark.parametrize("share", [0.5, 0.8])
def test_a_share_leaves_room(rate: int, share: float) -> None:
    """Once the limit is found, the share is used and not exceeded, and nothing is rejected any more."""
    result = simulate(Pace(share=share), Bucket(rate, rate), latency=0.05, seconds=120)
    assert share * 0.94 <= result.used(20) <= share
    assert all(accepted for at, accepted in result.answers if at > 20)


def test_a_share_of_a_limit_that_falls_is_a_share_of_the_new_one() -> None:
    """Rejected within its share, the pace looks for the limit again, and keeps to its share of that."""
    result = simulate(Pace(share=0.8), Bucket(100, 100, (30, 40)), latency=0.05, seconds=120)
    assert 0.72 <= result.used(60) <= 0.82


@settings(deadline=None, max_examples=15)
@given(
    rate=st.integers(5, 100), burst=st.floats(0.2, 2), share=st.floats(0.3, 0.9), latency=st.sampled_from([0.02, 0.2])
)
def test_a_share_is_never_exceeded_for_long(rate: int, burst: float, share: float, latency: float) -> None:
    """Whatever the limit is, the second minute stays within the share of it."""
    limiter = Bucket(rate, max(1.0, burst * rate))
    result = simulate(Pace(share=share), limiter, latency=latency, seconds=120)
    assert result.used(60) <= share * 1.05


answers = st.lists(
    st.tuples(
        st.sampled_from(["take", "accepted", "throttled", "lost"]),
        st.floats(0, 3),
        st.sampled_from([None, None, None, 0.1, 5.0]),
    ),
    max_size=200,
)


def play(pace: Pace, moves: list[tuple[str, float, float | None]]) -> tuple[list[float], float]:
    """Let any sequence of events happen to a pace; return when calls went out, and when it ended."""
    now, sent, open_calls = 100.0, [], []
    for move, wait, retry_after in moves:
        if move == "take":
            now = max(now, pace.ready_at(now)) if wait < 1 else now + wait / 10
            if pace.take(now):
                sent.append(now)
                open_calls.append(now)
            continue
        now += wait / 10
        if open_calls and move == "accepted":
            pace.accepted(open_calls.pop(0), now)
        elif open_calls and move == "throttled":
            pace.throttled(open_calls.pop(0), now, retry_after)
        elif open_calls:
            open_calls.pop()
    return sent, now


@given(answers, st.floats(0.1, 500), st.floats(0.1, 1))
def test_the_cap_is_never_exceeded(moves: list[tuple[str, float, float | None]], rps: float, share: float) -> None:
    """Whatever is answered, two calls are never closer than the cap allows."""
    sent, _now = play(Pace(rps=rps, share=share), moves)
    assert all(later - earlier >= 1 / rps - 1e-9 for earlier, later in pairwise(sent))


@given(answers, st.sampled_from([None, 0.5, 20.0]), st.floats(0.1, 1))
def test_it_never_stalls(moves: list[tuple[str, float, float | None]], rps: float | None, share: float) -> None:
    """Whatever was answered, a call goes out within 2 s, or as long as `retry_after`, the cap or the share ask for."""
    pace = Pace(rps=rps, share=share)
    _sent, now = play(pace, moves)
    deadline = now + max(2.0 / share, 1 / (rps or 1), 5.0) + 0.5
    asked = 0
    while not pace.take(now):
        now = pace.ready_at(now)
        asked += 1
        assert asked < 5
    assert now <= deadline


@given(answers)
def test_places_stay_within_bounds(moves: list[tuple[str, float, float | None]]) -> None:
    """Whatever is answered, at least one call may be under way, and never more than the most."""
    pace = Pace()
    play(pace, moves)
    assert 1 <= pace.places <= MOST_PLACES


def steady(rate: float = 50.0) -> tuple[Pace, float]:
    """Return a pace that knows the rate of its service, and the time."""
    pace = Pace()
    result = simulate(pace, Bucket(rate, rate), latency=0.05, seconds=20)
    return pace, result.seconds + 1


def test_rejections_of_what_was_sent_before_a_cut_do_not_count() -> None:
    """Ten calls under way together and rejected together are one sign, not ten."""
    pace, now = steady()
    sent = []
    for _ in range(10):
        now = pace.ready_at(now)
        assert pace.take(now)
        sent.append(now)
    before = pace.rate
    for sent_at in sent:
        pace.throttled(sent_at, now + 0.05)
    assert 0.9 * before < pace.rate < before


def test_who_sends_less_than_allowed_learns_nothing() -> None:
    """A dispatcher that has little to send does not raise the rate by it."""
    pace, now = steady()
    before = pace.rate
    for _ in range(1000):
        now += 0.2
        assert pace.take(now)
        pace.accepted(now, now + 0.05)
    assert pace.rate == before


def test_the_options_of_the_latest_run_hold_and_what_was_learned_stays() -> None:
    """A cap slows the pace down, and without it the next run goes on at the known rate."""
    pace, now = steady()
    known = pace.rate
    pace.cap(rps=5)
    assert pace.take(now)
    assert pace.rate == 5
    assert pace.ready_at(now) == pytest.approx(now + 0.2)
    for _ in range(100):
        now = pace.ready_at(now)
        assert pace.take(now)
        pace.accepted(now, now + 0.05)
    pace.cap()
    assert pace.rate == pytest.approx(known)


@pytest.mark.parametrize(
    "options", [{"rps": 0}, {"rps": -1}, {"rps": float("inf")}, {"rps": float("nan")}, {"share": 0}, {"share": 1.1}]
)
def test_options_must_make_sense(options: dict[str, float]) -> None:
    """A cap or a share that means nothing is refused when it is given."""
    with pytest.raises(InputError):
        Pace(**options)


def test_one_slot_is_given_once() -> None:
    """Of many threads that ask at the same moment, one may send."""
    pace = Pace()
    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(pace.take, [1.0] * 100)) == 1


@pytest.mark.parametrize(("kind", "least"), [(CallKind.LISTING, 10), (CallKind.DESCRIBING, 10), (CallKind.ENDING, 1)])
def test_a_few_calls_that_read_do_not_wait_long(kind: CallKind, least: int) -> None:
    """The ten calls of a small listing go out within 50 ms before anything is known; those that end jobs do not."""
    pace = pace_for("https://batch.example", "eu-west-1", "a-key", kind)
    sent = sum(pace.take(moment / 1000) for moment in range(50))
    assert least <= sent <= least + 2


def test_a_process_has_one_pace_for_what_shares_a_limit() -> None:
    """Calls of one kind to one account and Region share a pace, others do not, and it can be forgotten."""
    place = ("https://batch.eu-west-1.amazonaws.com", "eu-west-1", "111122223333")
    ending = pace_for(*place, CallKind.ENDING)
    assert pace_for(*place, CallKind.ENDING) is ending
    assert pace_for(*place, CallKind.LISTING) is not ending
    assert pace_for(place[0], place[1], None, CallKind.ENDING) is not ending
    forget_paces()
    assert pace_for(*place, CallKind.ENDING) is not ending


def test_the_same_answers_make_the_same_pace() -> None:
    """Nothing depends on a clock or on chance."""
    make: Callable[[], Result] = lambda: seen(Partitions(50, 50, 4), 0.05, seconds=20)  # noqa: E731
    assert make().sent == make().sent
