"""What the shipped connector can do. Needs only ``models/``."""

import numpy as np
import pytest

from cmet_studio.core.paths import model_file
from cmet_studio.emotion.corpus import BASIC, EXTENDED
from cmet_studio.emotion.facs import prototype_vector
from cmet_studio.emotion.presets import preset_vector
from cmet_studio.engine.faces.mesh.units import UNITS
from cmet_studio.evaluation.connector_figures import (
    distances,
    intensity_curve,
    preset_gains,
    removal,
    steadfastness,
    steadiness,
    talking_face,
)
from cmet_studio.evaluation.subject import Subject, load_subject

FILE = model_file("starter_connector.safetensors")
EXPRESSIVE = [name for name in BASIC if name != "neutral"]


@pytest.fixture(scope="module")
def starter() -> Subject:
    return load_subject(FILE)


def _units(starter: Subject, name: str) -> dict[str, float]:
    delta = starter.settled(preset_vector(name)[None])[0]
    return dict(zip(starter.units, delta.tolist(), strict=True))


def test_it_is_small_and_speaks_the_mesh_model_s_units() -> None:
    assert FILE.stat().st_size < 5_000_000
    assert load_subject(FILE).units == UNITS


def test_it_was_trained_on_the_prototypes_of_this_version(starter: Subject) -> None:
    """If this fails: ``cmet-studio train connector`` as its card says."""
    for name in BASIC:
        assert np.allclose(starter.prototypes[name], prototype_vector(name, UNITS), atol=1e-6), name


def test_presets_give_their_prototypes(starter: Subject) -> None:
    for name, (gain, likeness) in preset_gains(starter).items():
        assert 0.9 < gain < 1.1, name
        assert likeness > 0.97, name


def test_presets_are_nearest_to_their_prototypes(starter: Subject) -> None:
    table = np.stack([starter.prototypes[name] for name in BASIC])
    deltas = starter.settled(np.stack([preset_vector(name) for name in BASIC]))
    nearest = np.linalg.norm(deltas[:, None] - table[None], axis=2).argmin(axis=1)
    assert [BASIC[i] for i in nearest] == list(BASIC)


def test_nothing_said_is_almost_nothing_done(starter: Subject) -> None:
    nothing = np.zeros((1, 1024), np.float32)
    assert np.abs(starter.settled(nothing)).max() < 0.05
    face = talking_face(starter, 3)
    assert np.abs(starter.delta(nothing, face)).max() < 0.12


def test_intensity_grows_the_delta_all_the_way(starter: Subject) -> None:
    for name, sizes in intensity_curve(starter, np.linspace(0.0, 1.5, 16).tolist()).items():
        assert np.all(np.diff(sizes) > 0.0), name
        assert 0.4 < sizes[5] < 0.8, name
        assert 1.05 < sizes[-1] < 1.6, name


def test_a_mixture_is_between_its_parts(starter: Subject) -> None:
    sad, surprised = preset_vector("sad"), preset_vector("surprised")
    half = starter.settled((0.5 * sad + 0.5 * surprised)[None])[0]
    parts = np.stack([starter.prototypes["sad"], starter.prototypes["surprised"]], axis=1)
    shares, *_ = np.linalg.lstsq(parts, half, rcond=None)
    assert np.all(shares > 0.3)
    assert np.all(shares < 0.9)


def test_a_hundred_windows_stay_where_they_are(starter: Subject) -> None:
    figures = steadiness(starter, 100)
    assert figures["drift"] < 0.1
    assert figures["wobble"] < 0.03
    assert figures["steps"] < 0.04


def test_another_face_moves_it_little_but_a_smile_goes_when_sad_comes(starter: Subject) -> None:
    assert steadfastness(starter) < 0.2
    assert removal(starter, "happy", "sad") < -0.25


def test_extended_emotions_land_in_sensible_places(starter: Subject) -> None:
    """At least what a ridge regression found: none of these was trained on."""
    charismatic = _units(starter, "charismatic")
    assert charismatic["AU12L"] > 0.4
    assert charismatic["AU6R"] > 0.4
    empathetic = _units(starter, "empathetic")
    assert empathetic["AU1L"] > 0.2
    assert empathetic["AU15R"] > 0.2
    assert empathetic["AU12L"] < 0.15
    envious = _units(starter, "envious")
    assert max(envious["AU9L"], envious["AU10L"]) > 0.3
    sarcastic = _units(starter, "sarcastic")
    assert 0.15 < sarcastic["AU12L"] < charismatic["AU12L"]
    assert max(sarcastic["AU1L"], sarcastic["AU2L"]) > 0.08


def test_extended_emotions_are_distinct_from_each_other(starter: Subject) -> None:
    apart = distances(starter, EXTENDED)
    close = {pair for pair, distance in apart.items() if distance < 0.25}
    # Romantic and empathetic speech are almost one point in the embedding itself (cosine 0.96).
    assert close <= {("empathetic", "romantic")}
