"""Settings from the environment."""

import re
from ipaddress import ip_network
from pathlib import Path

import pytest

from celsiusify_converter_api.config import ConfigError, Settings, variable

README = Path(__file__).parents[1] / "README.md"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(variable(field), raising=False)


def test_settings_have_defaults() -> None:
    """Without any variable the settings are those for production."""
    settings = Settings.load()
    assert settings.port == 8080
    assert settings.access_log
    assert settings.workers >= 1
    assert settings.trusted_proxies == (ip_network("127.0.0.1"), ip_network("::1"))


@pytest.mark.parametrize(
    ("name", "value", "field", "setting"),
    [
        ("PORT", "9000", "port", 9000),
        ("CELSIUSIFY_WORKERS", "3", "workers", 3),
        ("CELSIUSIFY_ACCESS_LOG", "false", "access_log", False),
        ("CELSIUSIFY_ACCESS_LOG", "1", "access_log", True),
        ("CELSIUSIFY_DRAIN_S", "2.5", "drain_s", 2.5),
        ("CELSIUSIFY_TRUSTED_PROXIES", "", "trusted_proxies", ()),
        ("CELSIUSIFY_TRUSTED_PROXIES", "10.0.0.0/8, ::1", "trusted_proxies",
         (ip_network("10.0.0.0/8"), ip_network("::1"))),
    ],
)  # fmt: skip
def test_settings_are_read(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, field: str, setting: object
) -> None:
    """A variable sets its setting, in the setting's type."""
    monkeypatch.setenv(name, value)
    assert getattr(Settings.load(), field) == setting


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("PORT", "http", "PORT='http': expected a valid integer"),
        ("PORT", "70000", "PORT='70000': expected less than or equal to 65535"),
        ("PORT", "tcp://10.0.0.1:80", "PORT='tcp://10.0.0.1:80': expected a valid integer"),
        ("CELSIUSIFY_WORKERS", "0", "CELSIUSIFY_WORKERS='0': expected greater than or equal to 1"),
        ("CELSIUSIFY_WORKERS", "", "CELSIUSIFY_WORKERS='': expected a valid integer"),
        ("CELSIUSIFY_ACCESS_LOG", "maybe", "CELSIUSIFY_ACCESS_LOG='maybe': expected a valid bool"),
        ("CELSIUSIFY_DRAIN_S", "nan", "CELSIUSIFY_DRAIN_S='nan': expected"),
        ("CELSIUSIFY_LOG_LEVEL", "loud", "CELSIUSIFY_LOG_LEVEL='loud': expected 'debug', 'info'"),
        ("CELSIUSIFY_TRUSTED_PROXIES", "proxy", "CELSIUSIFY_TRUSTED_PROXIES='proxy': expected IP"),
        (
            "CELSIUSIFY_WORKER",
            "2",
            "CELSIUSIFY_WORKER is not a setting; did you mean CELSIUSIFY_WO",
        ),
    ],
)
def test_bad_setting_is_named_with_what_was_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, complaint: str
) -> None:
    """The complaint is one line: the variable, its value, and what was expected."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as raised:
        Settings.load()
    assert str(raised.value).startswith(complaint)
    assert "\n" not in str(raised.value)


def test_variables_that_kubernetes_makes_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of a Service called `celsiusify` or `celsiusify-converter-api` do no harm."""
    for prefix in ("CELSIUSIFY", "CELSIUSIFY_CONVERTER_API"):
        monkeypatch.setenv(f"{prefix}_SERVICE_HOST", "10.0.0.1")
        monkeypatch.setenv(f"{prefix}_SERVICE_PORT", "8080")
        monkeypatch.setenv(f"{prefix}_PORT", "tcp://10.0.0.1:8080")
        monkeypatch.setenv(f"{prefix}_PORT_8080_TCP_ADDR", "10.0.0.1")
    assert Settings.load() == Settings()


def test_readme_lists_each_setting() -> None:
    """The README's table has every setting, its default and its meaning, and no other."""
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \|$", README.read_text(), re.MULTILINE)
    documented = {name: (default, meaning) for name, default, meaning in rows}
    assert documented.keys() == {variable(field) for field in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        assert documented[variable(name)][1] == field.description
