"""What the tool tips say."""

from cmet_studio.domain.project import Key, Project
from cmet_studio.domain.time import format_position
from cmet_studio.ui.timeline.hit import Hit
from cmet_studio.ui.timeline.scene import Scene
from cmet_studio.ui.timeline.words import tr


def mix_words(project: Project, key: Key) -> str:
    """A key's emotions as people read them, e.g. "Happy 70% + Sarcastic 30%"."""
    if not key.mix:
        return tr("Rest")
    names = {emotion.id: emotion.name for emotion in project.emotions}
    parts = sorted(key.mix, key=lambda part: -part.weight)
    if len(parts) == 1:
        return names.get(parts[0].emotion, "?")
    return " + ".join(f"{names.get(p.emotion, '?')} {p.weight:.0%}" for p in parts)


def tip(scene: Scene, found: Hit) -> str:
    """A sentence about the thing under the hand; empty if there is nothing to say."""
    if scene.project is None:
        return ""
    at = format_position(min(found.frame, len(scene.times) - 1), scene.times)
    match found.part:
        case "key" | "dot" if found.key is not None:
            return _of_key(scene.project, found.key, at)
        case "marker":
            marker = next((m for m in scene.project.markers if m.frame == found.frame), None)
            return f"{marker.label or tr('Marker')}\n{at}" if marker is not None else ""
        case "range_in" | "range_out" | "range":
            start, stop = scene.project.work_range or (0, 0)
            length = tr("{n} frames").format(n=stop - start)
            ends = f"{_place(scene, start)} - {_place(scene, stop - 1)}"
            return f"{tr('In and out')}: {ends}, {length}"
        case "take" if found.take is not None:
            names = {emotion.id: emotion.name for emotion in scene.project.emotions}
            emotion = names.get(found.take.emotion or "", tr("not used yet"))
            hint = tr("Click to select its emotion, double-click to go there.")
            return f"{found.take.name}: {emotion}\n{at}\n{hint}"
        case "edge":
            return tr("Drag to scale the selected keys; the far end stays")
        case "cache":
            return _of_cache(scene, found.frame)
        case "limits":
            return _of_limits(scene, found.frame)
        case "wave":
            return tr("Dialogue of the clip; ticks mark where somebody begins to speak.")
        case "changed":
            return _of_change(scene, found)
    return ""


def _place(scene: Scene, frame: int) -> str:
    return format_position(min(frame, len(scene.times) - 1), scene.times)


def _of_key(project: Project, key: Key, at: str) -> str:
    lines = [f"{mix_words(project, key)}"]
    if not key.is_rest:
        lines[0] += f", {key.intensity:.0%}"
    lines.append(f"{at} (f{key.frame}), {tr(key.interpolation)}")
    if key.muted:
        lines.append(tr("Muted: as if it were not there"))
    return "\n".join(lines)


def _of_cache(scene: Scene, frame: int) -> str:
    state = next((s for a, b, s in scene.facts.cache if a <= frame < b), "none")
    return {
        "none": tr("Not rendered yet"),
        "draft": tr("Hatched amber: a draft is rendered"),
        "full": tr("Plain green: rendered in full quality"),
        "disk": tr("Striped blue: rendered in full quality, kept on disk"),
        "failed": tr("Crossed red: rendering failed"),
    }[state]


def _of_limits(scene: Scene, frame: int) -> str:
    assert scene.project is not None
    lines = []
    if scene.facts.states:
        shot = 1 + sum(cut <= frame for cut in scene.facts.cuts)
        lines.append(tr("Shot {n}").format(n=shot))
    for performer in scene.project.performers:
        for one in scene.facts.limits.get(performer.id, ()):
            if one.start <= frame < one.stop:
                why = {
                    "lost": tr("no face is found: nothing is edited"),
                    "pose": tr("turned too far from the camera: nothing is edited"),
                    "fade": tr("turned far or small: the edit is held back"),
                }[one.kind]
                lines.append(f"{performer.name}: {why}")
    return "\n".join(lines) or tr("Known when the clip is analysed")


def _of_change(scene: Scene, found: Hit) -> str:
    told = scene.facts.changed.get(found.performer or "")
    what = tr("How much the face is changed, frame by frame")
    if told is None or not told.start <= found.frame < told.stop:
        return what
    size = float(told.sizes[(found.frame - told.start) // told.step])
    return f"{what}\n{_place(scene, found.frame)}: {size:.2f}"
