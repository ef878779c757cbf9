"""Settings: monitor.toml and MONITOR_<SECTION>__<KEY> in the environment, which wins."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from monitor.errors import ConfigError

PREFIX = "MONITOR_"
# Parts of the names of keys whose values are shown to nobody.
_SECRET = ("token", "secret", "targets", "sinks", "webhook_url", "password")
FILE_NAME = "monitor.toml"

Seconds = Annotated[float, Field(gt=0, le=86_400 * 7)]
Days = Annotated[float, Field(gt=0, le=36_500)]


def _network(value: str) -> str:
    ip_network(value, strict=False)
    return value


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Paths(_Section):
    """Where things are; relative to the configuration file, in the environment to the working folder."""

    rules: Path = Field(Path("rules"), description="folder of watch rules, *.yaml")
    alerts: Path = Field(Path("alerts.yaml"), description="routes, quiet hours, digests; none is needed")
    feeds: Path = Field(Path("feeds.yaml"), description="the feeds to watch")
    seeds: Path = Field(Path("seeds"), description="folder whose articles are read like a feed")
    var: Path = Field(Path("var"), description="folder for what the daemon writes; made when missing")
    gazetteers: Path | None = Field(None, description="folder of own gazetteers, *.yaml; none by default")

    @property
    def gazetteer_files(self) -> tuple[Path, ...]:
        """The user's own gazetteers."""
        return tuple(sorted(self.gazetteers.glob("*.yaml"))) if self.gazetteers else ()


class Database(_Section):
    """The store."""

    url: str = Field("", description="SQLAlchemy URL, sqlite:///... or postgresql://...; '' is monitor.db in paths.var")
    keep_days: Days = Field(90, description="days to keep texts that matched no rule, and how alerts were decided")


class Sources(_Section):
    """How feeds are fetched."""

    interval: Annotated[float, Field(ge=1, le=86_400)] = Field(
        600, description="seconds between two polls of a feed, on the average of all: the request budget"
    )
    min_interval: Annotated[float, Field(ge=1, le=86_400)] = Field(
        120, description="seconds between two polls of the busiest feed"
    )
    max_interval: Annotated[float, Field(ge=1, le=604_800)] = Field(
        21_600, description="seconds between two polls of the quietest feed"
    )
    concurrency: Annotated[int, Field(ge=1, le=1_000)] = Field(64, description="requests under way at once")
    timeout: Seconds = Field(20, description="seconds for one whole request")
    max_bytes: Annotated[int, Field(ge=1_000)] = Field(10_000_000, description="bytes of a body on the wire")
    max_unpacked_bytes: Annotated[int, Field(ge=1_000)] = Field(50_000_000, description="bytes of a body unpacked")
    host_connections: Annotated[int, Field(ge=1, le=100)] = Field(2, description="requests under way at once to a host")
    host_rate: Annotated[float, Field(gt=0, le=1_000)] = Field(1, description="requests a second to a host")
    contact: str = Field("", description="URL or e-mail address in the User-Agent, for feed owners to reach you")
    allow_networks: tuple[Annotated[str, AfterValidator(_network)], ...] = Field(
        (), description="private networks (CIDR) that may be fetched from; nothing else opens them"
    )


class WebSubSettings(_Section):
    """Where hubs push what is new; off while there is no callback."""

    callback: str = Field("", description="public http(s) address that leads to host and port below, without a query")
    host: str = Field("127.0.0.1", description="address to listen on for hubs, behind your reverse proxy")
    port: Annotated[int, Field(ge=0, le=65_535)] = Field(8788, description="port to listen on for hubs")

    @field_validator("callback")
    @classmethod
    def _public(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("not an address such as https://monitor.example.org/websub")
        return value


class FactSettings(_Section):
    """How key facts are extracted."""

    model: str = Field("auto", description="spaCy model, name or path; 'auto' takes the best one installed")
    workers: Annotated[int, Field(ge=1, le=64)] = Field(1, description="worker processes, about 250 MB each")
    timeout: Seconds = Field(30, description="seconds for one article before its worker is replaced")


class Stories(_Section):
    """How articles are grouped."""

    window_days: Days = Field(30, description="days a story can be joined after its last article")
    max_articles: Annotated[int, Field(ge=100)] = Field(50_000, description="matched articles held for comparison")


def _secret(key: str, given: SecretStr, file: Path | None) -> str:
    """A secret that is given itself or by the file that holds it, "" for none.

    Raises:
        ConfigError: the file cannot be read.
    """
    if given.get_secret_value() or file is None:
        return given.get_secret_value().strip()
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{key}: {file} cannot be read ({problem}); mend the path or its rights") from problem


class Slack(_Section):
    """The Slack destination; alerts go to the terminal while there is no token."""

    bot_token: SecretStr = Field(
        SecretStr(""), description="xoxb-... token; set it as MONITOR_SLACK__BOT_TOKEN or through bot_token_file"
    )
    bot_token_file: Path | None = Field(None, description="file that holds the token, for secrets mounted as files")
    channel: str = Field("", description="channel (name or id) of rules that name none")
    fallback_channel: str = Field(
        "", description='told when Slack takes no alerts, such as "apprise:oncall"; by default the other Slack channels'
    )
    app_token: SecretStr = Field(
        SecretStr(""),
        description="xapp-... token, by which people answer alerts from Slack; set it as MONITOR_SLACK__APP_TOKEN",
    )
    app_token_file: Path | None = Field(None, description="file that holds the app token")
    webhook_url: SecretStr = Field(
        SecretStr(""), description="address of an incoming webhook, used while there is no bot token; also a secret"
    )
    webhook_url_file: Path | None = Field(
        None,
        description="file that holds the webhook's address, or one for each of several channels: #war = https://...",
    )
    webhook_guarantee: Literal["at_least_once", "at_most_once"] = Field(
        "at_least_once", description="what a lost answer of the webhook means: the alert is sent again, or it is not"
    )
    allowed_users: tuple[str, ...] = Field((), description="ids of the users who may answer; none named: the workspace")
    allowed_channels: tuple[str, ...] = Field(
        (), description="channels (name or id) where answers count; none named: all the app is in"
    )
    base_url: str = Field("https://slack.com/api/", description="address of Slack's Web API")
    timeout: Seconds = Field(15, description="seconds for one request")

    @property
    def token(self) -> str:
        """The bot token itself, "" for none.

        Raises:
            ConfigError: bot_token_file cannot be read.
        """
        return _secret("slack.bot_token_file", self.bot_token, self.bot_token_file)

    @property
    def socket_token(self) -> str:
        """The app token itself, "" for none.

        Raises:
            ConfigError: app_token_file cannot be read.
        """
        return _secret("slack.app_token_file", self.app_token, self.app_token_file)

    @property
    def webhooks(self) -> dict[str, str]:
        """The webhooks' addresses by channel; under "" that of all other channels.

        Raises:
            ConfigError: webhook_url_file cannot be read.
        """
        lines = _secret("slack.webhook_url_file", self.webhook_url, self.webhook_url_file).splitlines()
        found: dict[str, str] = {}
        for line in filter(None, map(str.strip, lines)):
            name, named, url = line.partition("=")
            if line.startswith("# "):
                continue
            if named and not name.lstrip().lower().startswith(("http://", "https://")):
                found[name.strip()] = url.strip().strip("\"'")
            else:
                found.setdefault("", line)
        return found


class Webhook(_Section):
    """HTTP endpoints that take alerts as signed JSON."""

    targets: dict[str, SecretStr] = Field({}, description='addresses by name; alerts reach them as "webhook:NAME"')
    secret: SecretStr = Field(
        SecretStr(""), description="whsec_... to sign with; set it as MONITOR_WEBHOOK__SECRET or through secret_file"
    )
    secret_file: Path | None = Field(None, description="file that holds the secret")
    timeout: Seconds = Field(15, description="seconds for one request")

    @property
    def signing_secret(self) -> str:
        """The secret itself, "" for none.

        Raises:
            ConfigError: secret_file cannot be read.
        """
        return _secret("webhook.secret_file", self.secret, self.secret_file)


class Apprise(_Section):
    """Mail and the services that Apprise knows."""

    targets: dict[str, SecretStr] = Field({}, description='Apprise URLs by name; alerts reach them as "apprise:NAME"')
    targets_file: Path | None = Field(None, description="file of NAME = URL lines, since the URLs hold passwords")
    timeout: Seconds = Field(30, description="seconds for one notification")

    @property
    def services(self) -> dict[str, str]:
        """The URLs by name.

        Raises:
            ConfigError: targets_file cannot be read.
        """
        given = {name: url.get_secret_value() for name, url in self.targets.items()}
        lines = _secret("apprise.targets_file", SecretStr(""), self.targets_file).splitlines()
        named = (line.partition("=") for line in lines if "=" in line and not line.lstrip().startswith("#"))
        return {name.strip(): url.strip().strip("\"'") for name, _, url in named} | given


class JsonLines(_Section):
    """A record of every alert."""

    path: Path | None = Field(None, description="file to which every alert is appended as one line of JSON")


class Plugins(_Section):
    """Sinks of other packages."""

    sinks: dict[str, dict[str, Any]] = Field(
        {}, description='options by kind, for sinks that installed packages bring; alerts reach them as "KIND:NAME"'
    )


class Health(_Section):
    """The address of /healthz, /metrics, the web page and the feeds of alerts."""

    host: str = Field("127.0.0.1", description="address to listen on")
    port: Annotated[int, Field(ge=0, le=65_535)] = Field(8787, description="port; 0 turns it off")


class Web(_Section):
    """The web page, served at the address of [health]."""

    password: SecretStr = Field(
        SecretStr(""), description="what people sign in with; set it as MONITOR_WEB__PASSWORD or through password_file"
    )
    password_file: Path | None = Field(None, description="file that holds the password")

    @property
    def shared_password(self) -> str:
        """The password itself, "" for none.

        Raises:
            ConfigError: password_file cannot be read.
        """
        return _secret("web.password_file", self.password, self.password_file)


class Log(_Section):
    """What is logged, on standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="debug, info, warning or error")
    format: Literal["auto", "text", "json"] = Field("auto", description="auto is text on a terminal and JSON elsewhere")


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True)

    paths: Paths = Paths()
    database: Database = Database()
    sources: Sources = Sources()
    websub: WebSubSettings = WebSubSettings()
    facts: FactSettings = FactSettings()
    stories: Stories = Stories()
    slack: Slack = Slack()
    webhook: Webhook = Webhook()
    apprise: Apprise = Apprise()
    jsonl: JsonLines = JsonLines()
    plugins: Plugins = Plugins()
    health: Health = Health()
    web: Web = Web()
    log: Log = Log()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, whose values come in as keyword arguments."""
        return env_settings, init_settings

    @property
    def database_url(self) -> str:
        """The URL to connect to, the default filled in."""
        return self.database.url or f"sqlite:///{self.paths.var / 'monitor.db'}"


def sections() -> dict[str, dict[str, FieldInfo]]:
    """Every key with its default and description, by section; the source of the documentation test."""
    return {name: dict(_section(name).model_fields) for name in Settings.model_fields}


def _section(name: str) -> type[BaseModel]:
    annotation = Settings.model_fields[name].annotation
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        raise TypeError(f"section {name} is not a model")
    return annotation


def load(file: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from `file`, else from monitor.toml in the working folder if there is one.

    Raises:
        ConfigError: a file that cannot be read, or a key that is unknown or wrong; every mistake is named.
    """
    chosen = file or Path(FILE_NAME)
    text: str = ""
    values: dict[str, Any] = {}
    if file is not None or chosen.exists():
        text, values = _read(chosen)
    problems = [*_unknown_in_file(values, text, chosen), *_unknown_in_environment(environ)]
    if problems:
        raise ConfigError("\n".join(problems))
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise ConfigError("\n".join(_wrong(error, text, chosen, environ))) from error
    return settings.model_copy(update={"paths": _absolute(settings.paths, chosen, environ)})


def _read(file: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = file.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except FileNotFoundError as error:
        raise ConfigError(f"{file}: no such file; check --config, or leave it out to use the defaults") from error
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror}); mend its rights") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: not UTF-8 text (byte {error.start}: {error.reason}); save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        where = f"{file}:{place[1]}:{place[2]}" if place else str(file)
        problem = re.sub(r"\s*\(at .*\)$", "", str(error))
        raise ConfigError(f"{where}: not TOML: {problem}; mend the line") from error


def _unknown_in_file(values: dict[str, Any], text: str, file: Path) -> list[str]:
    problems = []
    known = sections()
    for section, keys in values.items():
        if section not in known:
            problems.append(f"{file}:{_line(text, section)}: unknown section [{section}]{_nearest(section, known)}")
        elif not isinstance(keys, dict):
            problems.append(f"{file}:{_line(text, section)}: {section} is a section; write [{section}] above its keys")
        else:
            problems += [
                f"{file}:{_line(text, section, key)}: unknown key {section}.{key}"
                + _nearest(key, known[section], f"{section}.")
                for key in keys
                if key not in known[section]
            ]
    return problems


def _unknown_in_environment(environ: Mapping[str, str]) -> list[str]:
    names = {f"{PREFIX}{section}__{key}".upper() for section, keys in sections().items() for key in keys}
    return [
        f"environment: unknown variable {name}{_nearest(name.upper(), names)}"
        for name in sorted(environ)
        if name.upper().startswith(PREFIX) and name.upper() not in names
    ]


def _wrong(error: ValidationError, text: str, file: Path, environ: Mapping[str, str]) -> list[str]:
    problems = []
    for item in error.errors():
        section, key, *_ = [*(str(part) for part in item["loc"]), ""]
        variable = f"{PREFIX}{section}__{key}".upper()
        given = next((name for name in environ if name.upper() == variable), "")
        where = f"environment variable {given}" if given else f"{file}:{_line(text, section, key)}"
        secret = any(word in key for word in _SECRET)
        shown = "" if secret else f", not {item['input']!r}"
        meant = sections()[section][key].description if key in sections().get(section, {}) else ""
        problems.append(f"{where}: {section}.{key}: {item['msg'][:1].lower()}{item['msg'][1:]}{shown} ({meant})")
    return problems


def _nearest(name: str, known: Mapping[str, object] | set[str], section: str = "") -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {section}{close[0]}?" if close else f"; known are: {', '.join(sorted(known))}"


def _line(text: str, section: str, key: str = "") -> int:
    """The line that sets a key, or opens its section; tomllib keeps no positions."""
    current, opened = "", 1
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[\s*([\w.-]+)\s*\]", line)
        if header:
            current = header[1]
            opened = number if current.split(".")[0] == section else opened
        elif re.match(rf"\s*\"?{re.escape(key if current == section else section)}\"?\s*[.=]", line) and (
            (key and current == section) or not current
        ):
            return number
    return opened


def _absolute(paths: Paths, file: Path, environ: Mapping[str, str]) -> Paths:
    given = {name.upper() for name in environ}
    bases = {
        key: Path.cwd() if f"{PREFIX}PATHS__{key}".upper() in given else file.absolute().parent
        for key in Paths.model_fields
    }
    values = {key: value for key in Paths.model_fields if (value := getattr(paths, key)) is not None}
    return paths.model_copy(update={key: (bases[key] / value).resolve() for key, value in values.items()})
