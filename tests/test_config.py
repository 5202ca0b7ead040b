from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from gradewire.config import PREFIX, ConfigError, Settings, read_settings, settings_table

DOCUMENT = Path(__file__).parent.parent / "docs" / "settings.md"


def test_without_anything_set_the_defaults_hold() -> None:
    assert read_settings({"PATH": "/bin"}) == Settings()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('port = 9000\nhost = "::1"\ncaliper = false\n')
    settings = read_settings({"GRADEWIRE_PORT": "9001", "GRADEWIRE_CONFIG": str(file), "GRADEWIRE_HOST": ""})
    assert (settings.port, settings.host, settings.caliper) == (9001, "::1", False)
    assert settings.base_url == "http://[::1]:9001"


def test_a_file_given_by_name_wins_over_the_variable(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("port = 9000\n")
    assert read_settings({"GRADEWIRE_CONFIG": "/nowhere"}, file).port == 9000


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PRT", "1", "GRADEWIRE_PRT: there is no such setting; did you mean GRADEWIRE_PORT?"),
        ("QQQQ", "1", "GRADEWIRE_QQQQ: there is no such setting"),
        ("PORT", "x", "GRADEWIRE_PORT: 'x' cannot be used: Expected `int`, got `str`"),
        ("PORT", "70000", "GRADEWIRE_PORT: '70000' cannot be used: Expected `int` <= 65535"),
        ("LOG_LEVEL", "loud", "GRADEWIRE_LOG_LEVEL: 'loud' cannot be used: use one of debug, info, warning, error"),
        ("CALIPER", "maybe", "GRADEWIRE_CALIPER: 'maybe' cannot be used: use true or false"),
        ("WORKERS", "2", "GRADEWIRE_WORKERS: more than one server process needs PostgreSQL; SQLite has one writer"),
        (
            "DATABASE_URL",
            "mysql://h/x",
            "GRADEWIRE_DATABASE_URL: use sqlite:///file or postgresql://user:password@host:5432/name",
        ),
        (
            "PUBLIC_URL",
            "grades.example.edu",
            "GRADEWIRE_PUBLIC_URL: use an absolute address such as https://grades.example.edu",
        ),
        ("SECRET_KEY", "short", "GRADEWIRE_SECRET_KEY: use at least 32 characters"),
        ("TIME_ZONE", "Mars/Base", "GRADEWIRE_TIME_ZONE: use an IANA name such as Europe/Berlin"),
        ("TIME_ZONE", "../etc", "GRADEWIRE_TIME_ZONE: use an IANA name such as Europe/Berlin"),
        ("TIME_ZONE", "Europe", "GRADEWIRE_TIME_ZONE: use an IANA name such as Europe/Berlin"),
        ("SHARD", "0", "GRADEWIRE_SHARD: '0' cannot be used: Expected `int` >= 1"),
        ("URN_PREFIX", "urn:x", "GRADEWIRE_URN_PREFIX: use a URN with a colon at its end, such as urn:example:grades:"),
    ],
)
def test_a_bad_variable_is_named(name: str, value: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings({PREFIX + name: value})
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prot = 1", "prot in {file}: there is no such setting; did you mean port in {file}?"),
        ('port = "9000"', "port in {file}: '9000' cannot be used: Expected `int`, got `str`"),
        ("workers = 2", "workers in {file}: more than one server process needs PostgreSQL; SQLite has one writer"),
        ("port = ", "{file}: not TOML: Invalid value (at end of document)"),
    ],
)
def test_a_bad_line_of_the_file_is_named(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_settings({}, file)
    assert str(caught.value) == message.format(file=file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: cannot be read: No such file"):
        read_settings({}, tmp_path / "nowhere.toml")


def test_what_the_tests_read_is_no_setting() -> None:
    assert read_settings({"GRADEWIRE_TEST_POSTGRES": "x"}) == Settings()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:pass@w:ord@host/db", "postgresql://me:***@host/db"),
        ("postgresql://me@host/db?password=word&x=1", "postgresql://me@host/db?password=***&x=1"),
        ("sqlite:////var/lib/gradewire.sqlite3", "sqlite:////var/lib/gradewire.sqlite3"),
    ],
)
def test_secrets_are_not_shown(url: str, shown: str) -> None:
    settings = Settings(database_url=url, secret_key="k" * 32)
    assert settings.shown()["database_url"] == shown
    assert "k" * 32 not in repr(settings)


def test_the_address_is_the_public_one_if_there_is_one() -> None:
    assert Settings().base_url == "http://127.0.0.1:8017"
    assert Settings(public_url="https://grades.example.edu/").base_url == "https://grades.example.edu"


def test_every_setting_is_documented() -> None:
    table = settings_table()
    for field in msgspec.structs.fields(Settings):
        assert f"| `{field.name}` | `{PREFIX}{field.name.upper()}` |" in table
    text = DOCUMENT.read_text()
    page = text[text.index("| Setting |") :]
    assert page == table, "docs/settings.md is behind: put the output of python -m gradewire.config into it"
