"""A new project's performers: each person once."""

from cmet_studio.app.commands import new_project
from cmet_studio.face import discover as looking
from tests.portrait import make_portrait_clip


def test_a_person_seen_twice_is_one_performer(tmp_path, monkeypatch):
    make_portrait_clip(tmp_path / "clip.mp4", 12)
    seen = looking.discover

    def doubled(clip, *rest):
        (one,) = seen(clip, *rest)
        again = [looking.Discovered(frame, one.box, 1) for frame in (3, 9)]
        return [one, *again]

    monkeypatch.setattr(looking, "discover", doubled)
    with new_project(tmp_path / "clip.mp4", tmp_path / "film.cmet") as workspace:
        (performer,) = workspace.project.performers
        assert performer.name == "A"
        assert performer.anchor_frame == 0
