import os
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmet_studio.core.errors import OutputError
from cmet_studio.core.settings import (
    General,
    Settings,
    Shortcuts,
    Tts,
    load_settings,
    save_settings,
    settings_file,
    with_recent,
)
from cmet_studio.core.toml_text import to_toml

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

names = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
overrides = st.dictionaries(names, st.lists(names, max_size=2).map(tuple), max_size=3)


def test_defaults_without_a_file() -> None:
    assert load_settings(settings_file()) == (Settings(), ())


@given(overrides, names, st.integers(0, 3600))
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, keys: dict[str, tuple[str, ...]],
                    recent: str, autosave_s: int) -> None:  # fmt: skip
    path = tmp_path_factory.mktemp("settings") / "settings.toml"
    settings = Settings(
        General(recent=(recent,), autosave_s=autosave_s), shortcuts=Shortcuts("Blender", keys)
    )
    save_settings(settings, path)
    assert load_settings(path) == (settings, ())


def test_nonsense_is_left_at_its_default_and_named(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(
        'version = 1\ntts = 3\n[general]\nautosave_s = -5\ntheme = "pink"\nwelcomed = true\n'
        '[engine]\ncache_mb = "much"\n[audio]\npreroll_s = 2\n[shortcuts.overrides]\na = 1\n'
    )
    settings, notes = load_settings(path)
    assert settings.general == General(welcomed=True)
    assert settings.audio.preroll_s == 2.0
    assert settings.engine == Settings().engine
    assert len(notes) == 4


def test_a_broken_file_is_no_end(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(b"\xff\x00[[[")
    settings, notes = load_settings(path)
    assert settings == Settings()
    assert len(notes) == 1


def test_what_a_newer_version_wrote_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('version = 9\n[future]\nx = [1, 2.5, "a"]\n[future.y]\nz = true\n')
    settings, notes = load_settings(path)
    assert notes == ()
    save_settings(settings, path)
    again, _ = load_settings(path)
    assert again.extra == {"future": {"x": [1, 2.5, "a"], "y": {"z": True}}}


def test_fields_dates_and_lists_of_tables_of_a_newer_version_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(
        "[general]\nwelcomed = true\ngreeting = 3\n[[places]]\nname = 'a'\n[[places]]\n"
        "name = 'b'\nseen = 2026-11-21T00:30:00Z\nday = 2026-11-21\nat = 00:30:00.5\n"
    )
    settings, notes = load_settings(path)
    assert notes == ()
    save_settings(settings, path)
    again, notes = load_settings(path)
    assert notes == ()
    assert again == settings
    data = tomllib.loads(path.read_text())
    assert data["general"]["greeting"] == 3
    assert [place["name"] for place in data["places"]] == ["a", "b"]
    assert data["places"][1]["seen"].year == 2026


def test_a_project_of_an_undecodable_name_can_be_recent(tmp_path: Path) -> None:
    """Linux names are bytes; what is not UTF-8 in them comes as half a character."""
    path = tmp_path / "settings.toml"
    settings = with_recent(with_recent(Settings(), Path("/a.cmet")), Path("/f\udce9.cmet"))
    save_settings(settings, path)
    assert load_settings(path)[0].general.recent == ("/a.cmet",)


def test_two_programs_may_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    trouble: list[BaseException] = []

    def write(name: str) -> None:
        try:
            for n in range(40):
                save_settings(with_recent(Settings(), Path(f"/{name}{n}")), path)
        except OutputError as error:
            trouble.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not trouble
    assert load_settings(path)[0].general.recent[0][2:] == "39"
    assert list(tmp_path.iterdir()) == [path]


def test_recent_projects_are_each_listed_once_newest_first(tmp_path: Path) -> None:
    settings = Settings()
    for name in ("a", "b", "a", *map(str, range(20))):
        settings = with_recent(settings, tmp_path / name)
    assert len(settings.general.recent) == 12
    assert settings.general.recent[0].endswith("19")


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_nobody_else_reads_the_settings(tmp_path: Path) -> None:
    save_settings(Settings(), tmp_path / "settings.toml")
    assert (tmp_path / "settings.toml").stat().st_mode & 0o077 == 0


def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        save_settings(replace(Settings()), tmp_path / "none" / "settings.toml")


def test_toml_refuses_what_it_has_no_word_for() -> None:
    with pytest.raises(TypeError):
        to_toml({"a": object()})


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_a_key_in_the_settings_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    settings = replace(Settings(), tts=Tts("https://voices.example/v1", "secret"))
    for _ in range(2):
        save_settings(settings, path)
        assert path.stat().st_mode & 0o077 == 0
    assert load_settings(path)[0].tts.key == "secret"
