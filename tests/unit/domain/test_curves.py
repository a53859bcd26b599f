"""What keys mean between the frames they stand on."""

from dataclasses import replace
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmet_studio.domain.curves import REST, Blend, Curve, transition
from cmet_studio.domain.project import Bezier, Interpolation, Key, MixPart, RegionWeights

INTERPOLATIONS = get_args(Interpolation)
unit = st.floats(0, 1)
beziers = st.builds(Bezier, unit, unit, unit, unit)
steady_beziers = st.builds(Bezier, st.floats(0, 0.9), unit, st.floats(0.1, 1), unit)
regions = st.builds(RegionWeights, unit, unit, unit, unit)


def mixes(emotions: str = "abc") -> st.SearchStrategy[tuple[MixPart, ...]]:
    one = st.sampled_from(emotions).map(lambda e: (MixPart(e),))
    two = st.tuples(st.permutations(emotions), st.floats(0.01, 0.99)).map(
        lambda drawn: (MixPart(drawn[0][0], drawn[1]), MixPart(drawn[0][1], 1 - drawn[1]))
    )
    return st.one_of(st.just(()), one, two)


@st.composite
def key_lists(draw: st.DrawFn, min_size: int = 0) -> tuple[Key, ...]:
    frames = draw(st.lists(st.integers(0, 500), min_size=min_size, max_size=8, unique=True))
    return tuple(
        Key(
            frame,
            draw(mixes()),
            draw(st.one_of(st.just(0.0), st.floats(1e-9, 1.5))),
            draw(st.sampled_from(INTERPOLATIONS)),
            draw(steady_beziers),
            draw(regions),
        )
        for frame in sorted(frames)
    )


def value_of(key: Key) -> dict[str, float]:
    parts = {p.emotion: key.intensity * p.weight for p in key.mix}
    return {emotion: factor for emotion, factor in parts.items() if factor}


def effect(blend: Blend) -> dict[tuple[str, str], float]:
    """What a face would get: factor x region weight, per emotion and region."""
    return {
        (emotion, region): factor * getattr(blend.regions, region)
        for emotion, factor in blend.coefficients
        for region in ("brow", "eyes", "cheeks", "mouth")
    }


@given(st.sampled_from(INTERPOLATIONS), beziers, unit)
def test_a_transition_stays_between_its_keys(kind: Interpolation, bezier: Bezier, u: float) -> None:
    key = Key(0, interpolation=kind, bezier=bezier)
    assert 0.0 <= transition(key, u) <= 1.0
    assert transition(key, 0.0) == transition(key, -1.0) == 0.0
    assert transition(key, 1.0) == transition(key, 2.0) == 1.0


@given(st.sampled_from(INTERPOLATIONS), beziers, unit, unit)
def test_a_transition_never_goes_back(
    kind: Interpolation, bezier: Bezier, u: float, v: float
) -> None:
    key = Key(0, interpolation=kind, bezier=bezier)
    low, high = sorted((u, v))
    assert transition(key, low) <= transition(key, high) + 1e-12


def test_known_transitions() -> None:
    assert transition(Key(0, interpolation="hold"), 0.999) == 0.0
    assert transition(Key(0, interpolation="linear"), 0.3) == 0.3
    assert transition(Key(0, interpolation="ease"), 0.25) == pytest.approx(0.15625)
    curve = Key(0, interpolation="bezier", bezier=Bezier(0.25, 0.1, 0.25, 1.0))
    # CSS "ease" at a quarter, a half and three quarters, as browsers compute it.
    assert [transition(curve, u) for u in (0.25, 0.5, 0.75)] == pytest.approx(
        [0.4085, 0.8024, 0.9605], abs=2e-4
    )
    straight = Key(0, interpolation="bezier", bezier=Bezier(1 / 3, 1 / 3, 2 / 3, 2 / 3))
    assert transition(straight, 0.37) == pytest.approx(0.37)


def test_overshooting_handles_are_clipped() -> None:
    key = Key(0, interpolation="bezier", bezier=Bezier(0.5, 3.0, 0.5, -2.0))
    assert all(0.0 <= transition(key, i / 50) <= 1.0 for i in range(51))


def test_no_keys_is_rest() -> None:
    assert Curve(()).at(3.5) == REST
    assert REST.is_rest


@given(key_lists(min_size=1))
def test_exact_at_keys_and_held_beyond_them(keys: tuple[Key, ...]) -> None:
    curve = Curve(keys)
    for key in keys:
        assert dict(curve.at(key.frame).coefficients) == value_of(key)
        assert curve.at(key.frame).is_rest == key.is_rest
        if not key.is_rest:
            assert curve.at(key.frame).regions == key.regions
    assert curve.at(keys[0].frame - 0.001) == curve.at(-1e9) == curve.at(keys[0].frame)
    assert curve.at(keys[-1].frame + 0.001) == curve.at(1e9) == curve.at(keys[-1].frame)


@given(key_lists(min_size=2), st.floats(0, 500))
def test_between_keys_the_mix_is_convex(keys: tuple[Key, ...], position: float) -> None:
    curve = Curve(keys)
    for a, b in pairwise(keys):
        if a.frame <= position < b.frame:
            u = transition(a, (position - a.frame) / (b.frame - a.frame))
            blend = curve.at(position)
            found = dict(blend.coefficients)
            for emotion in "abc":
                expected = (1 - u) * value_of(a).get(emotion, 0.0) + u * value_of(b).get(
                    emotion, 0.0
                )
                assert found.get(emotion, 0.0) == pytest.approx(expected, abs=1e-12)
            assert [e for e, _ in blend.coefficients] == sorted(found)
            assert all(0.0 < f <= 1.5 + 1e-12 for f in found.values())


@given(key_lists(min_size=1), st.floats(-10, 510))
def test_continuous_but_for_holds(keys: tuple[Key, ...], position: float) -> None:
    keys = tuple(
        replace(k, interpolation="linear") if k.interpolation == "hold" else k for k in keys
    )
    curve = Curve(keys)
    here, there = effect(curve.at(position)), effect(curve.at(position + 1e-9))
    for what in here.keys() | there.keys():
        assert here.get(what, 0.0) == pytest.approx(there.get(what, 0.0), abs=1e-4)


@given(key_lists(min_size=1))
def test_what_a_fade_reaches_from_the_left_is_the_key(keys: tuple[Key, ...]) -> None:
    keys = tuple(replace(k, interpolation="ease") for k in keys)
    curve = Curve(keys)
    for key in keys:
        before, at = effect(curve.at(key.frame - 1e-9)), effect(curve.at(key.frame))
        for what in before.keys() | at.keys():
            assert before.get(what, 0.0) == pytest.approx(at.get(what, 0.0), abs=1e-6)


def test_hold_jumps_on_the_next_keys_frame() -> None:
    keys = (Key(10, (MixPart("a"),), interpolation="hold"), Key(20, (MixPart("b"),), 0.5))
    assert Curve(keys).at(19.999).coefficients == (("a", 1.0),)
    assert Curve(keys).at(20).coefficients == (("b", 0.5),)


def test_rest_is_exactly_zero() -> None:
    mouth = RegionWeights(brow=0.0, mouth=0.5)
    keys = (Key(0), Key(10), Key(20, (MixPart("a"),), 0.8, regions=mouth), Key(30), Key(40))
    curve = Curve(keys)
    for position in (-5, 0, 3.3, 10, 30, 33.3, 40, 1000):
        assert curve.at(position) == REST
    assert curve.at(15).coefficients == (("a", 0.4),)
    # The fades from and to rest carry the expressive key's regions, not the rest key's.
    assert curve.at(15).regions == curve.at(25).regions == mouth


def test_a_steady_value_is_steady_to_the_bit() -> None:
    key = Key(0, (MixPart("a", 0.3), MixPart("b", 0.7)), 1.1)
    curve = Curve((key, replace(key, frame=97)))
    assert len({curve.at(i / 7) for i in range(97 * 7)}) == 1


def test_regions_move_with_the_transition() -> None:
    a = Key(0, (MixPart("a"),), regions=RegionWeights(mouth=0.0))
    b = Key(10, (MixPart("a"),), regions=RegionWeights(brow=0.0))
    assert Curve((a, b)).at(2.5).regions == RegionWeights(0.75, 1.0, 1.0, 0.25)


def test_what_was_asked_before_does_not_matter() -> None:
    keys = tuple(Key(i * 15, (MixPart("abc"[i % 3]),), i % 4 / 3) for i in range(1000))
    curve = Curve(keys)
    blends = [curve.at(window * 1.2) for window in range(15_000)]
    assert blends[7777] == Curve(keys).at(7777 * 1.2)
    assert sum(blend.is_rest for blend in blends) > 0
