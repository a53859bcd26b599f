"""What menus and keys do to keys and time: functions of the editor. Each edit is one step of undo.

Those that need a performer, an emotion or a selected key say so as a notice where there is none.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import get_args

from cmet_studio.app.editing import (
    add_key,
    move_keys,
    mute_keys,
    paste_keys,
    remove_keys,
    remove_marker,
    ripple_keys,
    set_keys,
)
from cmet_studio.domain.curves import Curve
from cmet_studio.domain.project import Bezier, Interpolation, Key, MixPart, Performer, Project
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.timeline.state import state_of

EASE_IN = Bezier(0.0, 0.0, 0.58, 1.0)
"""Arrives slowly: CSS calls it ease-out, editors ease in."""
EASE_OUT = Bezier(0.42, 0.0, 1.0, 1.0)


def _say(editor: Editor, message: str, hint: str) -> None:
    editor.notice.emit(Notice("info", message, hint))


def _performer(editor: Editor) -> Performer | None:
    performer = editor.active_performer
    if performer is None and editor.is_open:
        _say(
            editor,
            "There is no performer to set keys for.",
            "Pick a face in the viewer first.",
        )
    return performer


def _select(editor: Editor, performer: str, frames: frozenset[int]) -> None:
    editor.select(replace(editor.selection, performer=performer, keys=frames, marker=None))


def _named(verb: str, count: int) -> str:
    return f"{verb} key" if count == 1 else f"{verb} {count} keys"


# Which keys


def selected(editor: Editor) -> frozenset[int]:
    """Frames that commands act on: the selected keys, else the key under the playhead."""
    performer = editor.active_performer
    if performer is None:
        return frozenset()
    chosen = editor.selection.keys
    if chosen:
        return chosen
    at = bisect_left(performer.keys, editor.playhead, key=lambda key: key.frame)
    here = at < len(performer.keys) and performer.keys[at].frame == editor.playhead
    return frozenset({editor.playhead}) if here else frozenset()


def has_keys(editor: Editor) -> bool:
    """Whether there is a key for a command to act on."""
    return bool(selected(editor))


def _targets(editor: Editor) -> tuple[Performer, frozenset[int]] | None:
    performer = _performer(editor)
    if performer is None:
        return None
    frames = selected(editor)
    if not frames:
        _say(editor, "No key is selected.", "Click a key, or put the playhead on one.")
        return None
    return performer, frames


def select_all(editor: Editor) -> None:
    """Select every key of the active performer."""
    if performer := _performer(editor):
        _select(editor, performer.id, frozenset(key.frame for key in performer.keys))


def select_none(editor: Editor) -> None:
    """Select no key and no marker."""
    editor.select(replace(editor.selection, keys=frozenset(), marker=None))


# Adding


def emotion_to_key(editor: Editor) -> str | None:
    """Id of the emotion that the next key gets.

    The selected one, else the one keyed last, else the key's at or before the playhead, else the
    project's newest.
    """
    known = [emotion.id for emotion in editor.project.emotions]
    for wanted in (editor.selection.emotion, state_of(editor).last_emotion):
        if wanted in known:
            return wanted
    performer = editor.active_performer
    before = [k for k in performer.keys if k.frame <= editor.playhead] if performer else []
    for key in reversed(before):
        if key.mix:
            return max(key.mix, key=lambda part: part.weight).emotion
    return known[-1] if known else None


def add_at_playhead(editor: Editor) -> None:
    """Set a key at the playhead (Ctrl+K); see ``emotion_to_key``."""
    if performer := _performer(editor):
        add_at(editor, performer.id, editor.playhead)


def add_at(editor: Editor, performer_id: str, frame: int) -> None:
    """Set a key of the emotion that is to be keyed."""
    emotion = emotion_to_key(editor)
    if emotion is None:
        _say(
            editor,
            "There is no emotion to key yet.",
            "Make one in the Library, or drag a preset from it onto the lane.",
        )
        return
    add_emotion_key(editor, performer_id, frame, emotion)


def add_emotion_key(editor: Editor, performer_id: str, frame: int, emotion_id: str) -> None:
    """Set a key of one emotion; in a stretch of the same emotion it keeps the curve as it is."""
    emotion = next((e for e in editor.project.emotions if e.id == emotion_id), None)
    if emotion is None or all(p.id != performer_id for p in editor.project.performers):
        return
    key = key_of(editor.project, performer_id, frame, emotion_id)
    state_of(editor).last_emotion = emotion_id
    editor.do(f"Add key '{emotion.name}'", lambda p: add_key(p, performer_id, key))
    _select(editor, performer_id, frozenset({frame}))


def key_of(project: Project, performer_id: str, frame: int, emotion_id: str) -> Key:
    """The key of one emotion that belongs on a frame, given what is around it."""
    performer = next(p for p in project.performers if p.id == performer_id)
    old = next((k for k in performer.keys if k.frame == frame), None)
    blend = Curve(performer.keys).at(frame)
    level = 1.0
    if [name for name, _ in blend.coefficients] == [emotion_id]:
        level = round(blend.coefficients[0][1], 3)
    if old is not None and old.is_rest:
        level = 1.0
    return replace(old or Key(frame), mix=(MixPart(emotion_id),), intensity=level, muted=False)


def add_rest_at_playhead(editor: Editor) -> None:
    """Set a key at the playhead that asks for nothing."""
    if performer := _performer(editor):
        add_rest(editor, performer.id, editor.playhead)


def add_rest(editor: Editor, performer_id: str, frame: int) -> None:
    """Set a rest key."""
    editor.do("Add rest key", lambda p: add_key(p, performer_id, Key(frame)))
    _select(editor, performer_id, frozenset({frame}))


def set_emotion(editor: Editor, emotion_id: str | None) -> None:
    """Give the selected keys one emotion, or rest with None."""
    found = _targets(editor)
    if found is None:
        return
    performer, frames = found
    mix = () if emotion_id is None else (MixPart(emotion_id),)
    if emotion_id is not None:
        state_of(editor).last_emotion = emotion_id
    editor.do(
        _named("Set emotion of", len(frames)),
        lambda p: set_keys(p, performer.id, frames, lambda k: replace(k, mix=mix)),
    )


def mix_in(editor: Editor, emotion_id: str) -> None:
    """Make the selected keys half of what they are and half of another emotion."""
    found = _targets(editor)
    if found is None:
        return
    performer, frames = found

    def change(key: Key) -> Key:
        others = [part for part in key.mix if part.emotion != emotion_id]
        if not others:
            return replace(key, mix=(MixPart(emotion_id),))
        total = sum(part.weight for part in others)
        halved = (MixPart(part.emotion, part.weight / total / 2) for part in others)
        return replace(key, mix=(*halved, MixPart(emotion_id, 0.5)))

    editor.do(_named("Mix into", len(frames)), lambda p: set_keys(p, performer.id, frames, change))


# Removing, muting, moving


def delete(editor: Editor) -> None:
    """Remove the selected keys, or the selected marker."""
    marker = editor.selection.marker
    if marker is not None and not editor.selection.keys:
        editor.do("Delete marker", lambda p: remove_marker(p, marker))
        return
    if found := _targets(editor):
        performer, frames = found
        editor.do(_named("Delete", len(frames)), lambda p: remove_keys(p, performer.id, frames))


def toggle_mute(editor: Editor) -> None:
    """Mute the selected keys; if all of them are muted already, let them be heard again."""
    if found := _targets(editor):
        performer, frames = found
        muted = not all(k.muted for k in performer.keys if k.frame in frames)
        editor.do(
            _named("Mute" if muted else "Unmute", len(frames)),
            lambda p: mute_keys(p, performer.id, frames, muted),
        )


def nudge(editor: Editor, by: int) -> None:
    """Move the selected keys by frames; with ripple on, later ones follow."""
    found = _targets(editor)
    if found is None:
        return
    performer, frames = found
    first = min(frames)
    if state_of(editor).ripple:
        moving = frozenset(k.frame for k in performer.keys if k.frame >= first)
        done = editor.do(
            f"Ripple keys by {by:+d}", lambda p: ripple_keys(p, performer.id, first, by)
        )
    else:
        moving = frames
        label = f"{_named('Nudge', len(frames))} by {by:+d}"
        done = editor.do(label, lambda p: move_keys(p, performer.id, frames, by))
    if done:
        _select(editor, performer.id, frozenset(f + by for f in frames if f in moving))


def nudge_back(editor: Editor) -> None:
    """One frame earlier."""
    nudge(editor, -1)


def nudge_on(editor: Editor) -> None:
    """One frame later."""
    nudge(editor, 1)


def nudge_back_five(editor: Editor) -> None:
    """Five frames earlier."""
    nudge(editor, -5)


def nudge_on_five(editor: Editor) -> None:
    """Five frames later."""
    nudge(editor, 5)


# Copies


def copy(editor: Editor) -> None:
    """Remember the selected keys."""
    if found := _targets(editor):
        performer, frames = found
        state_of(editor).clipboard = tuple(k for k in performer.keys if k.frame in frames)


def cut(editor: Editor) -> None:
    """Remember the selected keys and remove them."""
    if found := _targets(editor):
        performer, frames = found
        copy(editor)
        editor.do(_named("Cut", len(frames)), lambda p: remove_keys(p, performer.id, frames))


def can_paste(editor: Editor) -> bool:
    """Whether something was copied."""
    return bool(state_of(editor).clipboard) and editor.active_performer is not None


def paste(editor: Editor) -> None:
    """Put the copied keys in, the first at the playhead, the others as far apart as they were."""
    paste_at(editor, editor.playhead)


def paste_at(editor: Editor, frame: int) -> None:
    """Put the copied keys in, the first at ``frame``."""
    keys = state_of(editor).clipboard
    performer = _performer(editor)
    if performer is None:
        return
    if not keys:
        _say(editor, "There are no keys to paste.", "Copy keys first.")
        return
    if editor.do(_named("Paste", len(keys)), lambda p: paste_keys(p, performer.id, keys, frame)):
        first = keys[0].frame
        _select(editor, performer.id, frozenset(k.frame - first + frame for k in keys))


# Interpolation


def interpolate(editor: Editor, kind: Interpolation) -> None:
    """How the selected keys go over to the ones after them."""
    if found := _targets(editor):
        performer, frames = found
        editor.do(
            f"{kind.capitalize()} interpolation",
            lambda p: set_keys(p, performer.id, frames, lambda k: replace(k, interpolation=kind)),
        )


def interpolation(kind: Interpolation) -> Callable[[Editor], None]:
    """``interpolate`` as an action's function, e.g. ``interpolation("hold")``."""
    assert kind in get_args(Interpolation)
    return lambda editor: interpolate(editor, kind)


def ease_in(editor: Editor) -> None:
    """Arrive slowly at the selected keys (Shift+F9): bends what leads to them."""
    if found := _targets(editor):
        performer, frames = found
        ordered = [k.frame for k in performer.keys if not k.muted]
        before = {a for a, b in pairwise(ordered) if b in frames}
        if not before:
            _say(editor, "No key leads to the selected one.", "Select a later key.")
            return
        _bend(editor, performer, before, EASE_IN, "Ease in")


def ease_out(editor: Editor) -> None:
    """Leave the selected keys slowly (Ctrl+Shift+F9)."""
    if found := _targets(editor):
        performer, frames = found
        _bend(editor, performer, frames, EASE_OUT, "Ease out")


def _bend(
    editor: Editor,
    performer: Performer,
    frames: frozenset[int] | set[int],
    bezier: Bezier,
    label: str,
) -> None:
    def change(key: Key) -> Key:
        return replace(key, interpolation="bezier", bezier=bezier)

    editor.do(label, lambda p: set_keys(p, performer.id, frames, change))


# Going from key to key


def _go(editor: Editor, frames: list[int], performer: Performer) -> None:
    if frames:
        editor.seek(frames[0])
        _select(editor, performer.id, frozenset(frames[:1]))


def next_key(editor: Editor) -> None:
    """Put the playhead on the active performer's next key and select it."""
    if performer := editor.active_performer:
        _go(editor, [k.frame for k in performer.keys if k.frame > editor.playhead], performer)


def previous_key(editor: Editor) -> None:
    """Put the playhead on the active performer's key before it and select it."""
    if performer := editor.active_performer:
        before = [k.frame for k in performer.keys if k.frame < editor.playhead]
        _go(editor, before[::-1], performer)
