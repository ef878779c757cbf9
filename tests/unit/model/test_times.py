"""Stretches of time and digests where clocks are set forward and back."""

from datetime import UTC, datetime

import pytest

from monitor.model.policy import first_outside
from monitor.rules.alertfile import parse_policy

SPRING, AUTUMN = "2025-03-30", "2025-10-26"  # in Kyiv clocks go from 03:00 to 04:00, and from 04:00 to 03:00


@pytest.mark.parametrize(
    ("quiet", "moment", "ends"),
    [
        ("22:00-07:00", f"{SPRING} 00:00", f"{SPRING} 04:00"),
        ("22:00-07:00", f"{AUTUMN} 00:00", f"{AUTUMN} 05:00"),
        ("22:00-07:00", "2025-03-28 21:00", "2025-03-29 05:00"),
        # An end in the hour that comes twice; in its second half it is quiet again until then.
        ("22:00-03:30", f"{AUTUMN} 00:10", f"{AUTUMN} 00:30"),
        ("22:00-03:30", f"{AUTUMN} 01:10", f"{AUTUMN} 01:30"),
        # A whole holiday, into the quiet hours behind it.
        ("[{start: 2025-12-24, end: 2025-12-26}, 22:00-07:00]", "2025-12-24 10:00", "2025-12-27 05:00"),
        ("{days: mon-sun}", "2025-06-01 10:00", "2027-08-10 10:00"),
    ],
)
def test_when_quiet_hours_end(quiet: str, moment: str, ends: str) -> None:
    read = parse_policy(f"zone: Europe/Kyiv\ntimes: {{night: {quiet}}}".encode(), "f")
    assert read.errors == ()
    began = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert first_outside(tuple(read.policy.times.values()), began) == datetime.fromisoformat(ends).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "next_one"),
    [
        (f"{SPRING} 00:00", f"{SPRING} 06:00"),
        (f"{AUTUMN} 00:00", f"{AUTUMN} 07:00"),
        (f"{AUTUMN} 07:00", "2025-10-27 07:00"),
    ],
)
def test_a_digest_keeps_its_time_of_the_day(moment: str, next_one: str) -> None:
    policy = parse_policy(b"zone: Europe/Kyiv\ndaily: '09:00'", "f").policy
    after = policy.daily.next(datetime.fromisoformat(moment).replace(tzinfo=UTC))
    assert after == datetime.fromisoformat(next_one).replace(tzinfo=UTC)
