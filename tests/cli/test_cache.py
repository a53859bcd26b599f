"""Analyses on disk can be damaged or gone; the editor must not notice but for the time."""

import shutil

import pytest


def test_a_damaged_analysis_is_made_again(folder, cli, session_home, tmp_path, monkeypatch, caplog):
    home = tmp_path / "home"
    shutil.copytree(session_home, home)
    monkeypatch.setenv("CMET_STUDIO_HOME", str(home))
    tracks = [p for p in (home / "cache" / "tracks").iterdir() if p.is_dir()]
    for track in tracks:
        (track / "landmarks.npy").write_bytes(b"not numbers")
        for expression in track.glob("expression-*.npy"):
            expression.write_bytes(b"")
    words = ["render", folder / "p.cmet", "-o", folder / "out.mp4", "--in", "f40", "--out", "f44"]
    assert cli(*words)[0] == 0
    assert "damaged" in caplog.text


@pytest.mark.parametrize("name", ["found.npy", "strength.npy"])
def test_a_missing_piece_too(folder, cli, session_home, tmp_path, monkeypatch, name):
    home = tmp_path / "home"
    shutil.copytree(session_home, home)
    monkeypatch.setenv("CMET_STUDIO_HOME", str(home))
    for piece in (home / "cache" / "tracks").glob(f"*/{name}"):
        piece.unlink()
    words = ["render", folder / "p.cmet", "-o", folder / "out.mp4", "--in", "f40", "--out", "f44"]
    assert cli(*words)[0] == 0
