"""What a person reads about a setting that cannot be used: one sentence with the place, and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.doctor import examine
from core.errors import PackError, SettingsError
from core.settings.fields import Settings, config_file, read_quickly
from core.settings.file import price_overrides
from core.settings.keys import find_access
from core.settings.model import load, save
from core.setup import prepare


def write(text: str | bytes) -> Path:
    file = config_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("concurrency = 0", "is 0; it must be a whole number from 1 to 64."),
        ('concurrency = "many"', "is 'many'; it must be a whole number from 1 to 64."),
        ('dialogue_effort = "huge"', "is 'huge'; it must be low, medium, high, max or empty."),
        ("page_size = 30", "is 30; it must be 25, 50 or 100."),
        ('mouse = "maybe"', "is 'maybe'; it must be true or false."),
        ("reviewer = 5", "is 5; it must be a text in quotation marks."),
        ('reviewer = " "', "is ' '; it must not be empty."),
        ("timeout = 0.5", "is 0.5; it must be a number from 1 to 600."),
        ("type_number_above = -1", "is -1; it must be a number from 0 on."),
        ("toast_every = inf", "is inf; it must be a whole number from 0 on."),
    ],
)
def test_a_wrong_value_is_told_with_its_place_and_what_is_right(line: str, says: str) -> None:
    file = write(line + "\n")
    with pytest.raises(SettingsError) as error:
        load()
    read_quickly()  # the first frame comes all the same
    assert error.value.message == f"{line.split()[0]} in {file} {says}"
    assert error.value.hint.startswith("It means: ")


@pytest.mark.parametrize(
    ("faults", "says"),
    [
        ("nonsense:0.1", "There is no fault called 'nonsense'."),
        ("500", "The fault '500' does not say when it happens."),
        ("500:2", "In the fault '500:2' the rate must lie between 0 and 1."),
    ],
)
def test_faults_of_the_simulator_are_checked_when_they_are_set(faults: str, says: str) -> None:
    file = write(f'simulator_faults = "{faults}"\n')
    with pytest.raises(SettingsError) as error:
        load()
    assert error.value.message == f"simulator_faults in {file} is {faults!r}. {says}"
    assert error.value.hint


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("this is not toml\n", "{file}, line 1, is not TOML: expected '=' after a key in a key/value pair."),
        ("concurrency = 3\nconcurrency = 4\n", "{file}, line 2, is not TOML: cannot overwrite a value."),
        (b"\xff\xfe", "{file} is not UTF-8 text."),
    ],
)
def test_a_settings_file_that_cannot_be_read_is_told_with_its_line(text: str | bytes, says: str) -> None:
    file = write(text)
    with pytest.raises(SettingsError) as error:
        load()
    assert error.value.message == says.format(file=file)
    assert error.value.hint == "Mend or remove the file."
    with pytest.raises(SettingsError, match="is not"):
        save({"reviewer": "ana"})


def test_a_folder_in_place_of_the_settings_file_is_told_without_a_number() -> None:
    config_file().mkdir(parents=True)
    with pytest.raises(SettingsError) as error:
        load()
    assert error.value.message == f"{config_file()} cannot be read: Is a directory."


def test_a_setting_that_cannot_be_written_names_the_variable_that_does_the_same(tmp_path: Path) -> None:
    config_file().parent.parent.mkdir(parents=True)
    config_file().parent.write_text("in the way")
    with pytest.raises(SettingsError) as error:
        save({"reviewer": "ana"})
    assert "[Errno" not in error.value.message
    assert error.value.hint.endswith("BRIGHTRUN_REVIEWER.")


def test_a_number_among_choices_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIGHTRUN_PAGE_SIZE", "50")
    assert load().page_size == 50
    monkeypatch.setenv("BRIGHTRUN_PAGE_SIZE", "30")
    with pytest.raises(SettingsError, match="BRIGHTRUN_PAGE_SIZE is 30; it must be 25, 50 or 100"):
        load()


def test_the_address_of_a_sqlite_file_is_its_path() -> None:
    assert load({"database": "sqlite:////tmp/a.db"}).database == "/tmp/a.db"


@pytest.mark.parametrize("text", ["prices = 3\n", "[prices]\nfoo = 3\n"])
def test_prices_that_are_none_are_told_with_the_form_they_take(text: str) -> None:
    write(text)
    with pytest.raises(SettingsError) as error:
        price_overrides()
    assert str(config_file()) in error.value.message
    assert "input" in error.value.hint and "output" in error.value.hint


def test_keys_that_are_no_table_are_told() -> None:
    write("keys = 3\n")
    with pytest.raises(SettingsError, match="is 3, which is no table"):
        load()


def test_a_key_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: No such file or directory"):
        find_access(str(tmp_path / "key"))
    (tmp_path / "key").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="cannot be read: it is not text"):
        find_access(str(tmp_path / "key"))


def test_a_pack_out_of_reach_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> Path:
        raise PermissionError(13, "Permission denied", name)

    monkeypatch.setattr("core.setup.find_pack", refuse)
    with pytest.raises(PackError, match=r"The pack /packs/mine cannot be read: Permission denied \(/packs/mine\)"):
        prepare(Settings(database=str(tmp_path / "a.db"), pack="/packs/mine"))


def test_a_key_in_place_of_its_file_is_neither_taken_nor_told(tmp_path: Path) -> None:
    key = "sk-ant-api03-abcdefghijklmnop"
    write(f'key_file = "{key}"\n')
    with pytest.raises(SettingsError, match="holds an API key; it must name a file") as error:
        load()
    assert key not in f"{error.value.message} {error.value.hint}"
    told = [check for check in examine({}) if key in f"{check.detail} {check.advice}"]
    assert not told
    write(f'key_file = "{key * 20}"\n')
    with pytest.raises(SettingsError, match="holds an API key; it must name a file"):
        load()
    named = tmp_path / "sk-ant-brightrun"
    named.write_text(key)
    write(f'key_file = "{named}"\n')
    assert load().key_file == str(named), "a file may be called like a key"


@pytest.mark.parametrize("address", ["http://localhost:99999", "http://localhost:abc", "http://[::1"])
def test_an_address_that_is_none_is_told_by_the_doctor(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", address)
    assert [check.state for check in examine({}) if check.name == "base URL"] == ["fail"]
