"""Frames for the screen are kept by what they were made from, within bounds."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmet_studio.face.types import Face
from cmet_studio.render.cache import FrameCache
from cmet_studio.render.frame_key import FrameKey, digest
from cmet_studio.render.pipeline import FaceJob


def picture(size: int) -> np.ndarray:
    return np.zeros((1, size // 3, 3), np.uint8)


def key(n: int) -> FrameKey:
    return FrameKey("c", n, 10, "full", "mesh", "d")


def job(**changes: object) -> FaceJob:
    face = Face(np.ones((478, 3), np.float32), np.zeros(3, np.float32), 1.0, 1.0)
    made = FaceJob(face, np.ones(4, np.float32), np.ones(4, np.float32))
    return replace(made, **changes)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 60), st.booleans()), max_size=60))
def test_it_never_holds_more_than_its_bound_and_forgets_the_longest_unused(steps) -> None:
    cache, model = FrameCache(300), {}
    for n, size, put in steps:
        if put:
            kept = cache.put(key(n), picture(3 * size))
            assert not kept.flags.writeable
            model[n] = model.pop(n, kept)
            while sum(one.nbytes for one in model.values()) > 300:
                del model[next(iter(model))]
        else:
            found = cache.get(key(n))
            assert found is model.get(n)
            if n in model:
                model[n] = model.pop(n)
        assert cache.held_bytes == sum(one.nbytes for one in model.values()) <= 300
        assert len(cache) == len(model)
        assert all((key(m) in cache) == (m in model) for m in range(10))


def test_what_is_larger_than_the_cache_is_not_kept() -> None:
    cache = FrameCache(30)
    cache.put(key(1), picture(30))
    cache.put(key(2), picture(33))
    assert key(1) in cache
    assert key(2) not in cache
    cache.resize(10)
    assert cache.held_bytes == 0
    cache.put(key(1), picture(9))
    cache.clear()
    assert len(cache) == cache.held_bytes == 0


def test_pictures_cannot_be_written_to() -> None:
    kept = FrameCache(100).put(key(1), picture(30))
    with pytest.raises(ValueError, match="read-only"):
        kept[0, 0, 0] = 1


def test_everything_that_a_picture_depends_on_is_in_its_key() -> None:
    other = np.ones(4, np.float32) * np.float32(1.0000001)
    same = job()
    different = [
        job(delta=other),
        job(expression=other),
        job(lips=other),
        job(face=replace(same.face, landmarks=same.face.landmarks * 2)),
        job(face=replace(same.face, strength=0.5)),
        job(face=replace(same.face, pose_deg=same.face.pose_deg + 1)),
    ]
    found = {digest([one]) for one in (same, *different)} | {digest([same, same]), digest([])}
    assert len(found) == len(different) + 3
    assert digest([job()]) == digest([same])
