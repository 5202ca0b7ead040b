"""The settings: read once, from the environment and an optional TOML file, into one frozen value that is passed around.

The text below each field is its documentation; ``python -m gradewire.config`` writes it as the table of ``docs/settings.md``.
"""

from __future__ import annotations

import ast
import difflib
import inspect
import ipaddress
import re
import tomllib
import zoneinfo
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

PREFIX: Final = "GRADEWIRE_"
_NOT_SETTINGS: Final = ("CONFIG", "TEST_")
"""Beginnings of names behind the prefix that mean something else: the TOML file, and what the tests read."""

_SECRETS: Final = frozenset({"database_url", "secret_key", "s3_secret_access_key", "metrics_token", "oidc_client_secret"})

Count: TypeAlias = Annotated[int, Meta(ge=1, le=1000)]
Days: TypeAlias = Annotated[int, Meta(ge=0, le=36_500)]
Port: TypeAlias = Annotated[int, Meta(ge=1, le=65535)]
Credits: TypeAlias = Annotated[int, Meta(ge=0, le=1_000_000)]
Minutes: TypeAlias = Annotated[int, Meta(ge=1, le=10_080)]
Quota: TypeAlias = Annotated[float, Meta(gt=0, le=1_000_000)]
Hours: TypeAlias = Annotated[int, Meta(ge=1, le=8_760)]
Shard: TypeAlias = Annotated[int, Meta(ge=1, le=900_000)]
Bytes: TypeAlias = Annotated[int, Meta(ge=1024, le=2**31)]
FileBytes: TypeAlias = Annotated[int, Meta(ge=1024, le=2**40)]

_ADDRESS: Final = r"https?://[^/\s?#@]+(/[^\s?#]*)?"
_ISSUER: Final = r"(https://[^/\s?#@]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)(/[^\s?#]*)?"
_BUCKET: Final = r"s3://[A-Za-z0-9][A-Za-z0-9._-]+(/[A-Za-z0-9._/-]*)?"


class ConfigError(Exception):
    """A setting that is unknown or cannot be used; the text names the key and where it was set."""


class Settings(Struct, frozen=True, kw_only=True):
    """What an operator chooses. A value of this type is valid: whoever receives it need not check it again."""

    database_url: str = "sqlite:///gradewire.sqlite3"
    """`sqlite:///file` (relative to the directory the server is started in; four slashes for an absolute path) or
    `postgresql://user:password@host:5432/name`."""
    pool_size: Count = 8
    """How many connections to the database each server process may hold."""
    sqlite_synchronous: Literal["normal", "full"] = "full"
    """SQLite only: `normal` may lose the last moments before a power failure, `full` loses nothing that was answered and writes
    more slowly. Neither damages the file."""
    host: str = "127.0.0.1"
    """The address to listen on. Put a reverse proxy that speaks TLS in front before listening to others."""
    port: Port = 8017
    """The TCP port to listen on."""
    workers: Count = 1
    """How many server processes to run. More than one needs PostgreSQL."""
    threads: Count = 16
    """How many requests each server process works on at the same time."""
    public_url: str | None = None
    """The address under which people and programs reach this server, such as `https://grades.example.edu`; links begin with it.
    Without it they begin with the host of the request."""
    schoology_url: str | None = None
    """The address under which Schoology clients reach this server, without `/v1`, if it is another than `public_url`. All links
    they get begin with it; without either, with the address and port that are listened on."""
    schoology_aliases: str = "http://api.schoology.com https://api.schoology.com"
    """Further addresses, separated by blanks, that Schoology clients may sign though they call this server: some always sign
    the original's."""
    schoology_format: Literal["json", "xml"] = "json"
    """What Schoology clients get who ask neither for JSON nor for XML."""
    schoology_credits: Credits = 500
    """How many credits each Schoology consumer, with each of its tokens, has for five seconds: reading costs 1, writing 3. The
    original gives 50. Each server process counts for itself. 0: no limit."""
    max_body_bytes: Bytes = 10 * 1024 * 1024
    """The largest request body that is read, in bytes; a larger one is refused with 413."""
    files_url: str | None = None
    """Where the files that people hand in are kept: a directory, or `s3://bucket/prefix`. Without it, a directory beside the
    SQLite database, named as it with `-files` behind; with PostgreSQL `gradewire-files` where the server is started. Several
    servers need one place that all of them reach. An upload passes through the directory for temporary files first."""
    trusted_proxies: str = ""
    """Addresses and networks of the reverse proxies in front, separated by commas, such as `127.0.0.1, 10.0.0.0/8`. Only from
    these is it believed who the client is, by which scheme and host it asked, and which id the request has (`X-Request-Id`)."""
    proxy_headers: Literal["x-forwarded", "forwarded"] = "x-forwarded"
    """The headers in which trusted proxies tell that: `X-Forwarded-For`, `-Proto` and `-Host`, or `Forwarded` (RFC 7239). The
    other ones are not read, for a proxy passes on what a client wrote there."""
    rate_limit: bool = True
    """Whether API calls are throttled as Canvas does it: each access token has a quota in seconds of work. Each server process
    counts for itself."""
    rate_limit_high_water: Quota = 600.0
    """The quota: at so much undrained work further calls get 403 (Rate Limit Exceeded)."""
    rate_limit_outflow: Quota = 10.0
    """How much of it is drained each second."""
    rate_limit_up_front: Quota = 2.0
    """What a call takes of the quota while it is being answered; so about quota / this many may wait at the same time. Canvas
    takes 50."""
    idempotency_hours: Hours = 24
    """How long an answer to a request with an `Idempotency-Key` is kept, to be given again."""
    max_file_bytes: FileBytes = 512 * 1024 * 1024
    """The largest file that may be handed in or attached, in bytes."""
    max_import_bytes: Bytes = 50 * 1024 * 1024
    """The largest SIS or gradebook import that is taken, in bytes as it is sent, for people who are signed in."""
    max_import_unpacked_bytes: FileBytes = 256 * 1024 * 1024
    """How many bytes the archive of a SIS import may unpack to."""
    max_import_files: Count = 100
    """How many files the archive of a SIS import may hold."""
    gradebook_import_minutes: Minutes = 60
    """How long the preview of a gradebook import may be applied."""
    s3_endpoint: str | None = None
    """The address of an S3-compatible service other than Amazon's, such as `https://minio.example.edu`."""
    s3_region: str | None = None
    """The region of the bucket. This, and the keys, are read as AWS tools do (`AWS_REGION` ...) where they are not set."""
    s3_access_key_id: str | None = None
    """The id of the access key for the bucket."""
    s3_secret_access_key: str | None = None
    """The access key for the bucket."""
    secret_key: str | None = None
    """At least 32 characters that sign sessions and encrypt the secrets of API consumers. Without it a key is made once and
    kept in the database, so a copy of the database holds both: set it in production, and the same for every process."""
    oidc_issuer: str | None = None
    """The identity provider at which people may sign in by OpenID Connect, such as `https://login.example.edu/realms/school`,
    exactly as it calls itself. Set `public_url` too, and register `<public_url>/login/sso/callback` with the provider."""
    oidc_client_id: str | None = None
    """What the provider calls this server."""
    oidc_client_secret: str | None = None
    """The secret that the provider gave for it. Without one it is a public client, which PKCE alone protects."""
    oidc_scopes: str = "openid profile email"
    """What the provider is asked to tell, separated by blanks; `openid` is among it."""
    oidc_login_claim: str = "preferred_username"
    """The claim that says who it is. Choose one that people cannot change themselves; `email` counts only where the provider
    says that it is verified."""
    oidc_match: Literal["login", "sis_user_id", "integration_id"] = "login"
    """What that claim is compared with here."""
    oidc_create_users: bool = False
    """Whether people whom nobody here knows are made when they come, in the only institution and without any role. Needs
    `oidc_match` to be `login`."""
    oidc_name: str = "your institution"
    """What stands behind "Sign in with" on the button."""
    time_zone: str = "UTC"
    """IANA name of the time zone of those who have chosen none."""
    shard: Shard = 1
    """Global ids in events are this number x 10^13 + the local id."""
    producer: str = "canvas"
    """What the metadata of events name as their producer. Some consumers accept no other than `canvas`."""
    urn_prefix: str = "urn:instructure:canvas:"
    """What the ids in Caliper events begin with, its last colon included."""
    caliper: bool = True
    """Whether events are rendered as Caliper as well."""
    caliper_version: Literal["1.1", "1.2"] = "1.1"
    """The version of Caliper that events name as their context."""
    caliper_score_id: Literal["canvas", "distinct"] = "canvas"
    """`canvas` gives a Score the id of its Attempt, as Canvas does; `distinct` gives it one of its own."""
    events_allow_private_targets: bool = False
    """Whether events may be sent to private addresses and by plain http: for sandboxes, and consumers inside your network."""
    relay_in_server: bool = True
    """Whether the server delivers events itself. With `false`, run `gradewire relay` beside it, as many as you like."""
    events_file: str | None = None
    """A file to which the relay appends every event as a line of JSON; `-` is standard output."""
    events_retention_days: Days = 90
    """How long events are kept after everybody has them; as long they can be replayed. 0: for ever."""
    events_undelivered_retention_days: Days = 365
    """How long events are kept that wait or were given up. 0: for ever."""
    events_deactivate_hours: Days = 24
    """A subscription whose target has taken nothing for so many hours, though it was asked to, is switched off. 0: never."""
    events_max_bytes: Bytes = 1_000_000
    """The longest event that is sent, in bytes; a longer one is dead at once, says so, and holds back none behind it."""
    metrics_token: str | None = None
    """With it, `GET /metrics` tells Prometheus what waits and what fails, to who shows it as `Authorization: Bearer`. At least
    16 characters."""
    jobs_retention_days: Days = 30
    """How long finished jobs and their Progress are kept. 0: for ever."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least level that is logged."""
    log_format: Literal["console", "json"] = "console"
    """`console` for people, `json` for one object per line. Logs go to standard error."""
    debug: bool = False
    """Show the traceback of a command that fails."""

    def __post_init__(self) -> None:
        for key, fault in self._faults():
            raise ConfigError(f"{key}: {fault}")

    def _faults(self) -> list[tuple[str, str]]:
        checks = [
            (
                "database_url",
                not re.match(r"(sqlite|postgres(ql)?(\+psycopg)?)://", self.database_url),
                "use sqlite:///file or postgresql://user:password@host:5432/name",
            ),
            (
                "workers",
                self.workers > 1 and self.embedded,
                "more than one server process needs PostgreSQL; SQLite has one writer",
            ),
            (
                "public_url",
                self.public_url is not None and not re.fullmatch(_ADDRESS, self.public_url),
                "use an absolute address such as https://grades.example.edu",
            ),
            (
                "schoology_url",
                self.schoology_url is not None and not re.fullmatch(_ADDRESS, self.schoology_url),
                "use an absolute address such as https://grades.example.edu",
            ),
            (
                "schoology_aliases",
                not all(re.fullmatch(_ADDRESS, one) for one in self.schoology_aliases.split()),
                "use absolute addresses such as https://api.schoology.com, separated by blanks",
            ),
            (
                "files_url",
                self.files_url is not None and "://" in self.files_url and not re.fullmatch(_BUCKET, self.files_url),
                "use a directory, or s3://bucket/prefix",
            ),
            (
                "s3_endpoint",
                self.s3_endpoint is not None and not re.fullmatch(r"https?://[^/\s?#@]+/?", self.s3_endpoint),
                "use the address of the service, such as https://minio.example.edu",
            ),
            (
                "oidc_issuer",
                self.oidc_issuer is not None and not re.fullmatch(_ISSUER, self.oidc_issuer),
                "use an https address such as https://login.example.edu/realms/school (http only on this machine)",
            ),
            ("oidc_client_id", self.oidc_issuer is not None and not self.oidc_client_id, "oidc_issuer needs it"),
            ("oidc_scopes", "openid" not in self.oidc_scopes.split(), "openid must be among them"),
            ("oidc_login_claim", not self.oidc_login_claim.strip(), "it needs a name"),
            ("oidc_create_users", self.oidc_create_users and self.oidc_match != "login", "needs oidc_match to be login"),
            ("trusted_proxies", not _are_networks(self.trusted_proxies), "use addresses and networks such as 10.0.0.0/8, ::1"),
            ("metrics_token", self.metrics_token is not None and len(self.metrics_token) < 16, "use at least 16 characters"),
            ("secret_key", self.secret_key is not None and len(self.secret_key) < 32, "use at least 32 characters"),
            ("time_zone", not _is_time_zone(self.time_zone), "use an IANA name such as Europe/Berlin"),
            ("producer", not self.producer, "it needs a name"),
            (
                "urn_prefix",
                not re.fullmatch(r"urn:[A-Za-z0-9][A-Za-z0-9-]{0,30}[A-Za-z0-9]:([A-Za-z0-9._~-]+:)*", self.urn_prefix),
                "use a URN with a colon at its end, such as urn:example:grades:",
            ),
            ("host", not self.host, "it needs an address"),
        ]
        return [(key, fault) for key, wrong, fault in checks if wrong]

    @property
    def embedded(self) -> bool:
        """Whether the database is SQLite."""
        return self.database_url.startswith("sqlite:")

    @property
    def files_place(self) -> str:
        """Where files are kept: a directory, or ``s3://bucket/prefix``."""
        if self.files_url is not None:
            return self.files_url
        if self.embedded:
            return self.database_url.partition("?")[0].removeprefix("sqlite:///") + "-files"
        return "gradewire-files"

    @property
    def base_url(self) -> str:
        """The server's own address where no request tells it, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    def shown(self) -> dict[str, Any]:
        """The settings as they may be shown: without passwords and keys."""
        return {key: _shown(key, getattr(self, key)) for key in self.__struct_fields__}

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{key}={value!r}' for key, value in self.shown().items())})"


def read_settings(environment: Mapping[str, str], file: Path | None = None) -> Settings:
    """The settings of an environment and of a TOML file, which is ``file`` or else the one that ``GRADEWIRE_CONFIG`` names.

    The environment wins. An empty variable counts as not set. A file has the fields of :class:`Settings` as its keys.

    Raises:
        ConfigError: an unknown key, a value that cannot be used, or a file that cannot be read.
    """
    if file is None and environment.get(f"{PREFIX}CONFIG"):
        file = Path(environment[f"{PREFIX}CONFIG"])
    types = get_type_hints(Settings, include_extras=True)
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for key, value in _read_file(file).items() if file else ():
        values[key] = _convert(key, value, types, f"{key} in {file}", strict=True)
        sources[key] = f"{key} in {file}"
    for name, value in sorted(environment.items()):
        rest = name.removeprefix(PREFIX)
        if rest == name or not value or rest.startswith(_NOT_SETTINGS):
            continue
        values[rest.lower()] = _convert(rest.lower(), value, types, name, strict=False)
        sources[rest.lower()] = name
    try:
        return Settings(**values)
    except ConfigError as error:
        key, _, fault = str(error).partition(": ")
        raise ConfigError(f"{sources.get(key, key)}: {fault}") from None


def _read_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not TOML: {error}") from None


def _convert(key: str, value: object, types: Mapping[str, Any], source: str, *, strict: bool) -> Any:
    if key not in types:
        close = difflib.get_close_matches(key, types, n=1)
        hint = f"; did you mean {source.replace(key, close[0]).replace(key.upper(), close[0].upper())}?" if close else ""
        raise ConfigError(f"{source}: there is no such setting{hint}")
    try:
        return msgspec.convert(value, types[key], strict=strict)
    except msgspec.ValidationError as invalid:
        error = str(invalid)
        if get_origin(types[key]) is Literal:
            error = f"use one of {', '.join(get_args(types[key]))}"
        elif types[key] is bool:
            error = "use true or false"
        raise ConfigError(f"{source}: {_shown(key, value)!r} cannot be used: {error}") from None


def _are_networks(text: str) -> bool:
    try:
        for part in filter(str.strip, text.split(",")):
            ipaddress.ip_network(part.strip(), strict=False)
    except ValueError:
        return False
    return True


def _is_time_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):  # an OSError where the name is that of a directory
        return False
    return True


def _shown(key: str, value: object) -> object:
    if key not in _SECRETS or not isinstance(value, str):
        return value
    if key == "database_url":
        return re.sub(r"(password=)[^&]*", r"\1***", re.sub(r"(?<=://)([^/@]*?):[^/]*@", r"\1:***@", value))
    return "***"


def settings_table() -> str:
    """All settings as a Markdown table, in the order of the fields, with the text below each field."""
    lines = ["| Setting | Variable | Default | Meaning |", "|---|---|---|---|"]
    texts = _field_texts()
    for field in msgspec.structs.fields(Settings):
        default = (
            "–"
            if field.default is None
            else f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"
        )
        lines.append(f"| `{field.name}` | `{PREFIX}{field.name.upper()}` | {default} | {texts[field.name]} |")
    return "\n".join(lines) + "\n"


def _field_texts() -> dict[str, str]:
    """The string below each field of :class:`Settings`, which Python itself throws away."""
    body = ast.parse(inspect.getsource(Settings)).body[0]
    assert isinstance(body, ast.ClassDef)
    texts = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
            assert isinstance(text.value, ast.Constant)
            texts[field.target.id] = " ".join(str(text.value.value).split())
    return texts


if __name__ == "__main__":
    print(settings_table(), end="")
