"""Settings: where they come from, and what a mistake is answered with."""

from pathlib import Path

import pytest

from monitor.config import load, sections
from monitor.errors import ConfigError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "monitor.toml"


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load(environ={})
    assert settings.paths.rules == tmp_path / "rules"
    assert settings.database_url == f"sqlite:///{tmp_path / 'var' / 'monitor.db'}"


def test_the_environment_wins_over_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text('[slack]\nchannel = "#file"\ntimeout = 3\n')
    monkeypatch.setenv("MONITOR_SLACK__CHANNEL", "#environment")
    settings = load(file)
    assert (settings.slack.channel, settings.slack.timeout) == ("#environment", 3)


def test_paths_in_the_file_are_relative_to_it(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    file.write_text('[paths]\nrules = "mine"\n')
    monkeypatch.setenv("MONITOR_PATHS__SEEDS", "here")
    settings = load(file)
    assert settings.paths.rules == tmp_path / "mine"
    assert settings.paths.seeds == elsewhere / "here"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[slak]\nchannel = 1\n", r"monitor.toml:1: unknown section \[slak\]; did you mean slack\?"),
        ("[slack]\n\nchanel = 1\n", r"monitor.toml:3: unknown key slack.chanel; did you mean slack.channel\?"),
        ("slack = 3\n", r"monitor.toml:1: slack is a section; write \[slack\]"),
        ("[sources]\ninterval = 'x'\n", r"monitor.toml:2: sources.interval: .*number.*'x'.*seconds between"),
        ("[sources]\ninterval = 0\n", r"monitor.toml:2: sources.interval: .*greater than or equal to 1"),
        ("[sources]\nallow_networks = ['10.0.0.0/99']\n", r"monitor.toml:2: sources.allow_networks: .*10.0.0.0/99"),
        ("[slack\n", r"monitor.toml:1:\d+: not TOML"),
        ("[slack]\n[slack]\n", r"monitor.toml:2:\d+: not TOML"),
    ],
)
def test_a_mistake_is_answered_with_its_place(file: Path, text: str, message: str) -> None:
    file.write_text(text)
    with pytest.raises(ConfigError, match=message):
        load(file, {})


def test_every_mistake_is_named_at_once(file: Path) -> None:
    file.write_text("[slak]\na = 1\n[database]\nurll = 1\n")
    with pytest.raises(ConfigError) as caught:
        load(file, {"MONITOR_DATABASE__ULR": "x"})
    message = str(caught.value)
    assert "slak" in message
    assert "urll" in message
    assert "MONITOR_DATABASE__ULR; did you mean MONITOR_DATABASE__URL?" in message


def test_a_wrong_value_from_the_environment_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_HEALTH__PORT", "web")
    with pytest.raises(ConfigError, match=r"environment variable MONITOR_HEALTH__PORT: health.port"):
        load()


def test_a_missing_file_that_was_asked_for_is_an_error(file: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load(file, {})


def test_the_token_may_come_from_a_file_and_is_never_shown(file: Path, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("xoxb-secret\n")
    file.write_text(f"[slack]\nbot_token_file = '{tmp_path / 'token'}'\n")
    settings = load(file, {})
    assert settings.slack.token == "xoxb-secret"
    assert "xoxb" not in repr(settings)


def test_a_token_file_that_is_missing_says_so(file: Path) -> None:
    file.write_text("[slack]\nbot_token_file = '/nowhere/token'\n")
    with pytest.raises(ConfigError, match=r"slack.bot_token_file: /nowhere/token"):
        _ = load(file, {}).slack.token


def test_a_wrong_token_is_not_shown_in_the_message(file: Path) -> None:
    file.write_text("[slack]\nbot_token = ['hunter2']\n")
    with pytest.raises(ConfigError) as caught:
        load(file, {})
    assert "hunter2" not in str(caught.value)


def test_the_shipped_file_documents_every_key_with_its_default() -> None:
    text = (ROOT / "monitor.toml").read_text()
    for section, keys in sections().items():
        block = text.partition(f"[{section}]")[2].partition("\n[")[0]
        for key in keys:
            assert f"# {key} = " in block, f"monitor.toml does not document {section}.{key}"
    assert load(ROOT / "monitor.toml", {})


def test_a_webhook_file_has_one_address_or_one_for_each_channel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "hooks"
    assert load().slack.webhooks == {}
    monkeypatch.setenv("MONITOR_SLACK__WEBHOOK_URL_FILE", str(file))
    file.write_text("https://hooks.example/one?a=b\n")
    assert load().slack.webhooks == {"": "https://hooks.example/one?a=b"}
    file.write_text("# ours\n#war = https://hooks.example/two\n\nhttps://hooks.example/rest\n")
    assert load().slack.webhooks == {"#war": "https://hooks.example/two", "": "https://hooks.example/rest"}
