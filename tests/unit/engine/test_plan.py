from fractions import Fraction

import numpy as np
import pytest

from cmet_studio.domain.project import Key, MixPart, RegionWeights
from cmet_studio.domain.time import ClipTimes, FrameRate
from cmet_studio.engine.analysis import PerformerAnalysis
from cmet_studio.engine.plan import ModelFrames, Plan
from cmet_studio.engine.protocol import FaceModelInfo
from cmet_studio.face.types import FaceTrack

D = 4
INFO = FaceModelInfo("test", "1", ("a", "b", "c", "d"), ("brow", "eyes", "cheeks", "mouth"), "")
HAPPY, SAD = np.full(1024, 0.25, np.float32), np.linspace(-1, 1, 1024, dtype=np.float32)
VECTORS = {"happy": HAPPY, "sad": SAD}


class Echo:
    """A connector one can do by hand: half of the last output plus what the speech says."""

    def __init__(self) -> None:
        self.calls = 0

    def step(self, ref, s, v):
        self.calls += 1
        return (0.5 * ref + s[:D] + s[-D:] + 0.1 * v).astype(np.float32)


def track(n: int, lost: tuple[int, ...] = (), cuts: tuple[int, ...] = ()) -> FaceTrack:
    found = np.ones(n, bool)
    found[list(lost)] = False
    shot = np.zeros(n, np.int32)
    for cut in cuts:
        shot[cut:] += 1
    return FaceTrack(
        found,
        np.zeros((n, 478, 3), np.float32),
        np.zeros((n, 4), np.float32),
        np.zeros((n, 3), np.float32),
        found.astype(np.float32),
        found.astype(np.float32),
        shot,
    )


class Clip:
    def __init__(self, n=200, rate=25, **kinds) -> None:
        self.times = ClipTimes(range(n), Fraction(1, rate), FrameRate(rate), None)
        rng = np.random.default_rng(1)
        self.analysis = PerformerAnalysis(
            track(n, **kinds), rng.standard_normal((n, D)).astype(np.float32)
        )
        self.frames = ModelFrames(self.analysis, self.times)

    def plan(self, keys, connector=None, previous=None, vectors=VECTORS) -> Plan:
        return Plan(
            tuple(keys), vectors, self.frames, self.analysis, self.times, INFO,
            connector or Echo(), previous,
        )  # fmt: skip


def key(frame, emotion=None, **values) -> Key:
    return Key(frame, (MixPart(emotion),) if emotion else (), **values)


STORY = (key(20), key(50, "happy"), key(80, "sad", intensity=0.5), key(110), key(150, "sad"))


def all_deltas(plan, n=200):
    return np.stack([plan.delta(i) for i in range(n)])


def test_rest_is_exactly_zero_and_elsewhere_it_is_not():
    deltas = all_deltas(Clip().plan(STORY))
    assert not deltas[:21].any()
    assert not deltas[110].any()
    assert all(deltas[i].any() for i in (22, 50, 80, 108, 112, 199))


def test_no_keys_no_change():
    assert not all_deltas(Clip().plan(())).any()


def test_a_delta_does_not_depend_on_what_was_asked_before():
    clip = Clip()
    in_order = all_deltas(clip.plan(STORY))
    backwards = clip.plan(STORY)
    for i in reversed(range(200)):
        np.testing.assert_array_equal(backwards.delta(i), in_order[i])


def test_a_moved_key_gives_what_a_fresh_plan_gives_and_costs_only_its_stretch():
    clip, connector = Clip(600), Echo()
    keys = (*STORY, key(200), key(300, "happy"), key(420), key(500, "sad"))
    old = clip.plan(keys, connector)
    all_deltas(old, 600)
    moved = tuple(Key(310, k.mix, k.intensity) if k.frame == 300 else k for k in keys)
    connector.calls = 0
    again = all_deltas(clip.plan(moved, connector, previous=old), 600)
    np.testing.assert_array_equal(again, all_deltas(clip.plan(moved), 600))
    assert 0 < connector.calls <= (420 - 200) // 5 + 1


def test_only_the_windows_up_to_the_asked_frame_are_made():
    connector = Echo()
    Clip(600).plan((key(0, "happy"),), connector).delta(50)
    assert connector.calls <= 11


def test_a_changed_vector_is_noticed():
    clip, connector = Clip(), Echo()
    old = clip.plan(STORY, connector)
    all_deltas(old)
    vectors = {**VECTORS, "sad": 2 * SAD}
    again = clip.plan(STORY, connector, previous=old, vectors=vectors)
    np.testing.assert_array_equal(all_deltas(again), all_deltas(clip.plan(STORY, vectors=vectors)))


def test_a_cut_starts_afresh():
    """What comes after a cut does not depend on what the keys said before it."""
    clip = Clip(cuts=(100,))
    one = clip.plan((key(0, "sad"), key(99, "sad", interpolation="hold"), key(100, "happy")))
    other = clip.plan((key(0, "happy"), key(99, "happy", interpolation="hold"), key(100, "happy")))
    for i in range(100, 200):
        np.testing.assert_array_equal(one.delta(i), other.delta(i))


def test_a_lost_face_gets_nothing():
    plan = Clip(lost=tuple(range(60, 70))).plan((key(0, "happy"),))
    assert not any(plan.delta(i).any() for i in range(60, 70))
    assert plan.delta(59).any()
    assert plan.delta(70).any()


@pytest.mark.parametrize("rate", [25, 30])
def test_transitions_have_no_steps(rate):
    deltas = all_deltas(Clip(rate=rate).plan((key(20), key(120, "happy"), key(180))))
    calm = Clip(rate=rate)
    calm.analysis.expression[:] = 0
    calm.frames.expression[:] = 0
    deltas = all_deltas(calm.plan((key(20), key(120, "happy"), key(180))))
    jumps = np.abs(np.diff(deltas, axis=0)).max(axis=1)
    assert jumps.max() < 0.06 * np.abs(deltas).max()


def test_regions_scale_their_units_only():
    clip = Clip()
    whole = clip.plan((key(0, "happy"),)).delta(100)
    half = clip.plan((key(0, "happy", regions=RegionWeights(brow=0.5, mouth=0.0)),)).delta(100)
    np.testing.assert_allclose(half, whole * np.array([0.5, 1, 1, 0], np.float32), rtol=1e-6)


def dragged(to: int) -> tuple[Key, ...]:
    return (key(to, "happy"), key(900, "sad"))


def test_a_draft_costs_a_few_windows_wherever_the_moved_key_is():
    clip, connector = Clip(1000), Echo()
    plan = clip.plan(dragged(10), connector)
    plan.delta(800)
    for to in range(11, 40):
        plan = clip.plan(dragged(to), connector, previous=plan)
        connector.calls = 0
        draft = plan.delta(800, draft=True)
        assert connector.calls <= 3
        assert not plan.is_near(800)
    exact = clip.plan(dragged(39)).delta(800)
    np.testing.assert_allclose(draft, exact, atol=0.1 * np.abs(exact).max())
    np.testing.assert_array_equal(plan.delta(800), exact)  # what was drafted does not stay
    assert plan.is_near(800)


def test_a_draft_near_a_fresh_start_is_exact():
    plan = Clip().plan(STORY)
    for frame in (24, 33, 115):
        assert plan.is_near(frame)
        np.testing.assert_array_equal(
            plan.delta(frame, draft=True), Clip().plan(STORY).delta(frame)
        )


def test_windows_that_no_edit_reached_are_kept_through_many_edits():
    clip, connector = Clip(600), Echo()
    keys = (key(0, "happy"), key(100), key(300, "sad"))
    plan = clip.plan(keys, connector)
    first = all_deltas(plan, 600)
    for to in range(1, 10):
        plan = clip.plan((key(to, "happy"), *keys[1:]), connector, previous=plan)
        plan.delta(50)
    connector.calls = 0
    np.testing.assert_array_equal(plan.delta(599), first[599])
    assert connector.calls == 0
    plan = clip.plan(keys, connector, previous=plan)
    connector.calls = 0
    np.testing.assert_array_equal(all_deltas(plan, 600), first)
    assert connector.calls <= 20


def test_a_vector_that_comes_back_changed_is_noticed():
    clip = Clip()
    plan = clip.plan((key(0, "sad"),))
    all_deltas(plan)
    without = clip.plan((key(0, "happy"),), previous=plan, vectors={"happy": HAPPY})
    all_deltas(without)
    vectors = {"sad": 2 * SAD}
    again = clip.plan((key(0, "sad"),), previous=without, vectors=vectors)
    fresh = clip.plan((key(0, "sad"),), vectors=vectors)
    np.testing.assert_array_equal(all_deltas(again), all_deltas(fresh))


def test_work_can_be_done_in_strides():
    clip, connector = Clip(1000), Echo()
    plan, strides = clip.plan(dragged(10), connector), 0
    while not plan.advance(700):
        strides += 1
        assert connector.calls <= 12 * strides
    assert strides > 5
    calls = connector.calls
    np.testing.assert_array_equal(plan.delta(700), clip.plan(dragged(10)).delta(700))
    assert connector.calls == calls
    assert clip.plan(()).advance(5)
    assert clip.plan(STORY, connector).advance(5)


class Forgetful(Echo):
    """Feeds nothing back, so that a row depends on its own expression alone."""

    def step(self, ref, s, v):
        return super().step(np.zeros_like(ref), s, v)


@pytest.mark.parametrize("rate", [24, 25, 30, 50, 60, 120])
@pytest.mark.parametrize("at", [61, 62, 63, 64, 65])
@pytest.mark.parametrize("gap", [0, 3])
def test_a_shot_never_gets_what_another_shot_was_given(rate, at, gap):
    """Also where no model frame falls on the first frame after the cut, or after a lost face."""
    clip = Clip(150, rate, cuts=(at,), lost=tuple(range(at - gap, at)))
    plain = all_deltas(clip.plan([key(0, "happy")], Forgetful()), 150)
    clip.analysis.expression[:at] += 5.0
    clip.frames = ModelFrames(clip.analysis, clip.times)
    other = all_deltas(clip.plan([key(0, "happy")], Forgetful()), 150)
    assert np.array_equal(plain[at:], other[at:])
    assert not np.allclose(plain[: at - gap], other[: at - gap])


@pytest.mark.parametrize("n", [1, 2, 4, 5, 6])
@pytest.mark.parametrize("rate", [24, 120])
def test_clips_shorter_than_a_window(n, rate):
    clip = Clip(n, rate)
    deltas = all_deltas(clip.plan([key(0, "happy"), key(n - 1, "sad")][: min(n, 2)]), n)
    assert np.isfinite(deltas).all()
    assert all(row.any() for row in deltas)
    assert not all_deltas(clip.plan([key(0), key(n - 1)][: min(n, 2)]), n).any()
