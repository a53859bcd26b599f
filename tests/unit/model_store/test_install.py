"""Installing models: what arrives is what was announced, and nothing else gets in."""

import argparse
import errno
import json
import os
import random
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from model_fixtures import AUDIO2LIP, COMMIT, Hub, all_models, hub, small_models  # noqa: F401

from cmet_studio.cli.main import run
from cmet_studio.core.errors import BadInput, Cancelled, EngineError, OutputError
from cmet_studio.core.progress import CancelToken
from cmet_studio.model_store.convert import load_audio2lip, load_generator
from cmet_studio.model_store.install import import_models, install, remove
from cmet_studio.model_store.installed import installed_weights, is_installed, record_of, verify
from cmet_studio.model_store.manifest import find_model, manifest
from cmet_studio.networks.audio2lip import Audio2Lip
from cmet_studio.networks.connector import Connector, load_connector
from cmet_studio.networks.edtalk.generator import orthogonal_bank

A2L = ("audio2lip",)


class _Exploding:
    """Its pickle touches a file when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def _published(folder: Path) -> Path:
    path = folder / AUDIO2LIP
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _nothing_left_behind() -> None:
    place = find_model("audio2lip").place
    assert not is_installed("audio2lip")
    if place.parent.is_dir():
        assert not [p for p in place.parent.iterdir() if p.name.startswith(".converting")]
    assert not list(place.glob("*")) if place.is_dir() else True


def test_the_manifest_names_every_published_file() -> None:
    files = {f"{file.repository}/{file.path}" for model in manifest() for file in model.files}
    assert {
        "coldhyuk/C-MET/pretrained_weights/Audio2Lip.pt",
        "coldhyuk/C-MET/pretrained_weights/EDTalk.pt",
        "coldhyuk/C-MET/pretrained_weights/EDTalk-V.pt",
        "coldhyuk/C-MET/checkpoints/_epoch_2105_checkpoint_step000200000.pth",
        "emotion2vec/emotion2vec_plus_large/model.pt",
    } <= files
    assert all(model.licence and model.purpose for model in manifest())


def test_install_from_the_hub(hub: Hub, small_models: Path) -> None:  # noqa: F811
    told: list[tuple[str, int, int]] = []
    done = install(A2L, report=lambda *a: told.append(a), endpoint=hub.endpoint)
    assert done == ["audio2lip"]
    size = (small_models / AUDIO2LIP).stat().st_size
    assert told[-1][1:] == (size, size)
    record = record_of(find_model("audio2lip"))
    assert record is not None
    assert record.origin == f"hub {COMMIT}"
    with torch.serialization.safe_globals([argparse.Namespace]):
        wanted = torch.load(small_models / AUDIO2LIP, weights_only=True)["audio2lip"]  # noqa: TID251
    found = load_audio2lip().state_dict()
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)
    assert verify(find_model("audio2lip")) == []


def test_an_interrupted_download_goes_on(hub: Hub) -> None:  # noqa: F811
    """The user stops, the program ends; the next run asks for the rest only."""
    token = CancelToken()

    def stop_at_once(stage: str, done: int, total: int) -> None:
        token.cancel()

    hub.stop_after = [1 << 20]
    with pytest.raises((Cancelled, EngineError)):
        install(A2L, token=token, report=stop_at_once, endpoint=hub.endpoint)
    part = next((find_model("audio2lip").place.parent / ".downloads").rglob("*.part"))
    part.write_bytes((hub.folder / AUDIO2LIP).read_bytes()[: 1 << 19])
    hub.ranges.clear()
    install(A2L, endpoint=hub.endpoint)
    assert hub.ranges == [f"bytes={1 << 19}-"]
    assert is_installed("audio2lip")
    assert not part.exists()


def test_a_connection_that_breaks_is_gone_on_with(
    hub: Hub,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("time.sleep", lambda s: None)
    hub.stop_after = [11_000_000]  # beyond the first block of ten MiB
    install(A2L, endpoint=hub.endpoint)
    assert hub.ranges == [None, f"bytes={10 << 20}-"]
    assert is_installed("audio2lip")


def test_another_file_than_announced_is_refused(hub: Hub) -> None:  # noqa: F811
    hub.corrupt = True
    with pytest.raises(EngineError, match="not the file that the hub announced"):
        install(A2L, endpoint=hub.endpoint)
    _nothing_left_behind()


@pytest.mark.parametrize("status", [404, 500, 503])
def test_an_error_of_the_hub(hub: Hub, status: int) -> None:  # noqa: F811
    hub.status = status
    with pytest.raises(EngineError, match=r"Audio2Lip.*could not be fetched") as caught:
        install(A2L, endpoint=hub.endpoint)
    assert "models import" in caught.value.hint
    _nothing_left_behind()


def test_an_error_page_with_a_good_status(hub: Hub) -> None:  # noqa: F811
    hub.page = b"<html>Please sign in to the hotel's network</html>"
    with pytest.raises(EngineError):
        install(A2L, endpoint=hub.endpoint)
    _nothing_left_behind()


def test_an_unreachable_hub() -> None:
    with pytest.raises(EngineError, match="could not be fetched"):
        install(A2L, endpoint="http://127.0.0.1:9")
    _nothing_left_behind()


def test_a_disk_without_room(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    usage = type(shutil.disk_usage("/"))
    monkeypatch.setattr(shutil, "disk_usage", lambda p: usage(1 << 30, 1 << 30, 0))
    with pytest.raises(OutputError, match="no room"):
        install(A2L, endpoint=hub.endpoint)
    _nothing_left_behind()


def test_a_disk_that_fills_up_while_writing(
    small_models: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = os.fdopen

    def full(handle: int, *args: Any, **options: Any) -> Any:
        file = real(handle, *args, **options)

        class Full:
            def __enter__(self) -> "Full":
                return self

            def __exit__(self, *error: object) -> None:
                file.close()

            def write(self, data: bytes) -> int:
                file.write(data[:1000])
                raise OSError(errno.ENOSPC, "No space left on device")

        return Full()

    monkeypatch.setattr("cmet_studio.networks.weights.os.fdopen", full)
    with pytest.raises(OutputError):
        import_models(small_models)
    _nothing_left_behind()


def test_a_pickle_that_would_run_code(tmp_path: Path) -> None:
    torch.save(
        {"audio2lip": Audio2Lip().state_dict(), "args": _Exploding(tmp_path / "ran")},
        _published(tmp_path),
    )
    with pytest.raises(EngineError, match="refused"):
        import_models(tmp_path)
    assert not (tmp_path / "ran").exists()
    _nothing_left_behind()


@pytest.mark.parametrize("keep", [0, 100, 5_000_000])
def test_a_truncated_file(tmp_path: Path, small_models: Path, keep: int) -> None:  # noqa: F811
    _published(tmp_path).write_bytes((small_models / AUDIO2LIP).read_bytes()[:keep])
    with pytest.raises(EngineError):
        import_models(tmp_path)
    _nothing_left_behind()


def test_an_error_page_saved_as_a_model(tmp_path: Path) -> None:
    _published(tmp_path).write_text("<html>404</html>")
    with pytest.raises(EngineError, match=r"Audio2Lip\.pt"):
        import_models(tmp_path)


def test_another_network_is_refused_with_the_keys_that_differ(tmp_path: Path) -> None:
    state = Audio2Lip().state_dict()
    del state["mapping.bias"]
    state["mapping.weight"] = torch.zeros(30, 512)
    state["foreign"] = torch.zeros(1)
    torch.save({"audio2lip": state}, _published(tmp_path))
    with pytest.raises(EngineError) as caught:
        import_models(tmp_path)
    for part in ("no mapping.bias", "unknown foreign", "(30, 512), not (20, 512)"):
        assert part in caught.value.message


def test_another_entry_is_refused(tmp_path: Path) -> None:
    torch.save({"state_dict": Audio2Lip().state_dict()}, _published(tmp_path))
    with pytest.raises(EngineError, match="no entry 'audio2lip'"):
        import_models(tmp_path)


def test_numbers_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    state = Audio2Lip().state_dict()
    state["mapping.bias"][3] = float("nan")
    torch.save({"audio2lip": state}, _published(tmp_path))
    with pytest.raises(EngineError, match=r"mapping\.bias"):
        import_models(tmp_path)


def test_an_install_that_fails_keeps_what_was_there(
    tmp_path: Path,
    small_models: Path,  # noqa: F811
) -> None:
    import_models(small_models)
    _published(tmp_path).write_bytes(b"broken")
    with pytest.raises(EngineError):
        import_models(tmp_path)
    assert verify(find_model("audio2lip")) == []
    load_audio2lip()


def test_import_from_a_zip(tmp_path: Path, small_models: Path) -> None:  # noqa: F811
    with zipfile.ZipFile(tmp_path / "models.zip", "w") as archive:
        archive.write(small_models / AUDIO2LIP, f"C-MET/{AUDIO2LIP}")
        archive.writestr("../../outside.txt", "never unpacked")
    assert import_models(tmp_path / "models.zip") == ["audio2lip"]
    assert not list(tmp_path.parent.glob("outside.txt"))


def test_a_zip_whose_content_is_bent_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "models.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(AUDIO2LIP, random.Random(1).randbytes(1000) * 50)
    start = 30 + len(AUDIO2LIP)
    data = bytearray(path.read_bytes())
    data[start : start + 40] = b"\xff" * 40
    path.write_bytes(data)
    with pytest.raises(BadInput, match="no usable zip"):
        import_models(path)


@pytest.mark.skipif(os.name == "nt", reason="folders that root may not empty")
def test_what_cannot_be_removed_is_named(
    small_models: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import_models(small_models / AUDIO2LIP)

    def refuses(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(shutil, "rmtree", refuses)
    with pytest.raises(OutputError):
        remove(["audio2lip"])


def test_import_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No model"):
        import_models(tmp_path)
    with pytest.raises(BadInput, match="no file or folder"):
        import_models(tmp_path / "gone")
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 no zip")
    with pytest.raises(BadInput, match="no usable zip"):
        import_models(tmp_path / "bad.zip")


def test_verify_and_remove(
    small_models: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["models", "import", str(small_models / AUDIO2LIP)]) == 0
    assert run(["models", "verify"]) == 0
    weights = installed_weights("audio2lip")
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    assert run(["models", "verify", "audio2lip"]) == 2
    assert "changed since it was installed" in capsys.readouterr().err
    assert remove(A2L) == ["audio2lip"]
    with pytest.raises(EngineError, match="not installed"):
        installed_weights("audio2lip")
    assert run(["models", "remove", "nonsense"]) == 2


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["models"]
    assert not any(model["installed"] for model in listed)
    assert "edtalk" in {model["name"] for model in listed}


def test_the_true_sizes(all_models: Path) -> None:  # noqa: F811
    """Generator, connector and Audio2Lip as upstream writes them, all strict."""
    assert import_models(all_models) == ["edtalk", "edtalk-connector", "audio2lip"]
    generator, bank = load_generator()
    made = orthogonal_bank(generator.direction_lipnonlip.weight, generator.direction_exp.weight)
    assert torch.equal(bank, made)
    connector = load_connector(installed_weights("edtalk-connector"))
    assert isinstance(connector, Connector)
    assert connector.config.dim == 10
    names = {p.name for p in find_model("edtalk").place.iterdir()}
    assert names == {"weights.safetensors", "hashes.json"}
