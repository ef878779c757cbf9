"""Normalised times in human words; the cases are in tests/data/alerts/times.yaml."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from monitor.alerts.times import human, stamp

CASES = YAML(typ="safe").load(Path(__file__).parents[2] / "data" / "alerts" / "times.yaml")


@pytest.mark.parametrize(("value", "end", "approx", "words"), CASES)
def test_human(value: str, end: str, approx: bool, words: str) -> None:
    assert human(value, end=end, approx=approx) == words


@given(st.text(alphabet="0123456789-TWQHSUZ:+X", max_size=20), st.text(alphabet="0123456789-T", max_size=12))
def test_human_never_fails(value: str, end: str) -> None:
    human(value, end=end)


def test_stamp_is_in_utc() -> None:
    moment = datetime(2024, 11, 18, 1, 30, tzinfo=timezone(timedelta(hours=3)))
    assert stamp(moment) == "Sun 17 Nov 2024, 22:30 UTC"
