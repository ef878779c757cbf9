"""Which feeds are polled now."""

from datetime import UTC, datetime, timedelta

from monitor.sources.rota import Lane, Rota

NOW = datetime(2024, 11, 18, 12, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def test_those_due_longest_come_first_as_far_as_there_are_places() -> None:
    rota = Rota(2)
    for name, minutes in (("a", 1), ("b", 9), ("c", 5), ("d", -1)):
        rota.put(name, ago(minutes), Lane.USUAL)
    assert rota.take(NOW) == ["b", "c"]
    assert rota.take(NOW) == []
    rota.put("b", NOW + timedelta(hours=1), Lane.USUAL)
    assert rota.take(NOW) == ["a"]
    rota.drop("c")
    assert rota.take(NOW) == []
    assert rota.take(NOW + timedelta(minutes=1)) == ["d"]


def test_a_feed_put_again_is_polled_only_at_its_new_time() -> None:
    rota = Rota(9)
    rota.put("a", ago(1), Lane.USUAL)
    rota.put("a", NOW + timedelta(minutes=5), Lane.SLOW)
    assert rota.take(NOW) == []
    assert rota.take(NOW + timedelta(minutes=5)) == ["a"]


def test_new_and_slow_feeds_leave_places_to_the_others() -> None:
    rota = Rota(8)
    for number in range(50):
        rota.put(f"new{number}", ago(100), Lane.NEW)
        rota.put(f"slow{number}", ago(100), Lane.SLOW)
    assert sorted(name.rstrip("0123456789") for name in rota.take(NOW)) == ["new"] * 4 + ["slow"] * 2
    rota.put("usual1", ago(0), Lane.USUAL)
    rota.put("usual2", ago(0), Lane.USUAL)
    assert rota.take(NOW) == ["usual1", "usual2"]


def test_a_feed_whose_host_cannot_be_asked_yet_holds_no_place() -> None:
    rota = Rota(1)
    rota.put("busy", ago(9), Lane.USUAL)
    rota.put("free", ago(1), Lane.USUAL)
    assert rota.take(NOW, wait=lambda feed: 30.0 if feed == "busy" else 0.0) == ["free"]
    rota.drop("free")
    assert rota.take(NOW + timedelta(seconds=29)) == []
    assert rota.take(NOW + timedelta(seconds=30)) == ["busy"]


def test_new_feeds_that_let_wait_delay_no_other_new_ones_but_leave_places_to_the_usual() -> None:
    rota = Rota(8)
    for number in range(50):
        rota.put(f"new{number}", ago(100), Lane.NEW)
    assert len(rota.take(NOW)) == 4
    assert rota.take(NOW + timedelta(seconds=1)) == []
    assert len(rota.take(NOW + timedelta(seconds=2))) == 2
    assert rota.take(NOW + timedelta(seconds=4)) == []
    rota.put("usual1", ago(0), Lane.USUAL)
    rota.put("usual2", ago(0), Lane.USUAL)
    assert rota.take(NOW + timedelta(seconds=4)) == ["usual1", "usual2"]


def test_a_feed_that_rests_leaves_its_place_to_another_and_is_not_taken_itself() -> None:
    rota = Rota(1)
    for name in "ab":
        rota.put(name, ago(1), Lane.USUAL)
    assert rota.take(NOW) == ["a"]
    rota.rest("a")
    assert (rota.take(NOW), rota.polling("a")) == (["b"], True)
    rota.drop("b")
    assert rota.take(NOW) == []
    rota.put("a", NOW, Lane.USUAL)
    assert rota.take(NOW) == ["a"]


def test_feeds_that_are_no_longer_listed_are_forgotten() -> None:
    rota = Rota(9)
    for name in "abc":
        rota.put(name, ago(1), Lane.USUAL)
    rota.keep({"b"})
    assert rota.take(NOW) == ["b"]
