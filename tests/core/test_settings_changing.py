"""Settings as a person sees and changes them: validated first, comments kept, secrets masked, told to the audit log."""

from __future__ import annotations

import dataclasses

import pytest

from core.errors import SettingsError
from core.services import Services
from core.settings.changing import listing, record, secrets, write
from core.settings.fields import Settings, config_file
from data import audit

FILE = '# mine\nconcurrency = 4 # not more\n\n[keys]\n"app.help" = "f2"\n'


@pytest.fixture(autouse=True)
def file() -> None:
    """A settings file that a person wrote."""
    config_file().parent.mkdir(parents=True)
    config_file().write_text(FILE, encoding="utf-8")


def test_a_change_keeps_the_comments_and_everything_else_in_the_file() -> None:
    write("concurrency", "6")
    write("bell", "false")
    text = config_file().read_text(encoding="utf-8")
    assert text.startswith("# mine\nconcurrency = 6 # not more\n")
    assert "bell = false" in text
    assert '"app.help" = "f2"' in text
    write("concurrency", None)
    assert "concurrency" not in config_file().read_text(encoding="utf-8")


def test_what_cannot_be_is_refused_and_not_written() -> None:
    with pytest.raises(SettingsError, match="concurrency is '99'; it must be a whole number from 1 to 64"):
        write("concurrency", "99")
    with pytest.raises(SettingsError) as unknown:
        write("concurency", "3")
    assert unknown.value.hint == "Did you mean concurrency?"
    assert config_file().read_text(encoding="utf-8") == FILE


def test_each_setting_says_where_it_comes_from_and_why_it_cannot_be_changed_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BRIGHTRUN_BELL", "false")
    found = {one.name: one for one in listing(Settings(concurrency=4, bell=False), {"provider": "simulated"})}
    assert len(found) == len(dataclasses.fields(Settings))
    assert (found["concurrency"].origin, found["concurrency"].fixed) == (str(config_file()), "")
    assert found["bell"].fixed == "BRIGHTRUN_BELL is set and overrules the file."
    assert found["provider"].fixed == "provider was given when the program was started."
    assert found["bell"].choices == ("true", "false")


def test_secrets_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-very-secret-key-1234")
    monkeypatch.setenv("BRIGHTRUN_SMTP_PASSWORD", "hunter2-and-more")
    key, password = secrets(Settings())
    assert (key.masked, key.origin) == ("…1234", "ANTHROPIC_API_KEY")
    assert "hunter2" not in f"{password}"


async def test_a_change_is_a_row_of_the_audit_log(services: Services) -> None:
    await record(services.database, services.actor, "concurrency", 4, 6)
    async with services.database.read() as session:
        (found,) = await audit.entries(session, entity="setting")
    assert (found["action"], found["entity_id"]) == ("set", "concurrency")
    assert (found["before"], found["after"]) == ({"value": 4}, {"value": 6})
