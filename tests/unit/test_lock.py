"""One daemon for each var folder."""

import os
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.lock import DaemonLock, instance


def test_a_second_daemon_is_told_who_has_the_lock(tmp_path: Path) -> None:
    first, second = DaemonLock(tmp_path / "var"), DaemonLock(tmp_path / "var")
    first.acquire()
    with pytest.raises(ConfigError, match=f"process {os.getpid()}.*MONITOR_PATHS__VAR"):
        second.acquire()
    first.release()
    second.acquire()
    second.release()


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")
    with pytest.raises(ConfigError, match="paths\\.var"):
        DaemonLock(tmp_path / "var").acquire()


def test_a_daemon_keeps_its_name(tmp_path: Path) -> None:
    name = instance(tmp_path)
    assert len(name) == 16
    assert instance(tmp_path) == name
    (tmp_path / "other").mkdir()
    assert instance(tmp_path / "other") != name


def test_a_name_that_cannot_be_kept_says_so(tmp_path: Path) -> None:
    (tmp_path / "instance").mkdir()
    with pytest.raises(ConfigError, match="instance cannot be used"):
        instance(tmp_path)
