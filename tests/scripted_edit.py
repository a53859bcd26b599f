"""An editor's hand as a script: the same seed makes the same edits, in this process or another.

``python scripted_edit.py PROJECT SEED LOG`` edits until it is killed and notes in LOG how many
edits are done, and when.
"""

import random
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from cmet_studio.app.document import Document
from cmet_studio.domain import edits
from cmet_studio.domain.history import Edit
from cmet_studio.domain.project import Key, MixPart, Project


def _random_edit(project: Project, rng: random.Random) -> tuple[str, Edit]:
    performer = rng.choice(project.performers)
    frame = rng.randrange(project.clip.frames)
    emotion = rng.choice(project.emotions).id
    taken = [key.frame for key in performer.keys]
    kind = rng.randrange(6 if taken else 2)
    if kind == 0:
        name = f"Emotion {rng.randrange(10**9)}"
        return "Add emotion", lambda p: edits.add_emotion(p, name, preset="sad")
    if kind in (1, 2):
        key = Key(frame, (MixPart(emotion),), rng.random())
        return "Add key", lambda p: edits.add_key(p, performer.id, key)
    chosen = rng.choice(taken)
    if kind == 3:
        return "Delete key", lambda p: edits.remove_key(p, performer.id, chosen)
    if kind == 4:
        intensity = rng.random()
        return "Set intensity", lambda p: edits.set_key(
            p, performer.id, chosen, lambda k: replace(k, intensity=intensity)
        )
    return "Move key", lambda p: edits.move_key(p, performer.id, chosen, frame)


def hand(document: Document, seed: int) -> Iterator[Project]:
    """Edit for ever: single edits, drags, undo, redo, saves. Yields the state after each."""
    rng = random.Random(seed)
    while True:
        luck = rng.random()
        if luck < 0.1:
            document.undo()
        elif luck < 0.15:
            document.redo()
        elif luck < 0.18:
            document.save()
        elif luck < 0.3 and any(p.keys for p in document.project.performers):
            gesture = document.begin()
            performer = next(p for p in document.project.performers if p.keys)
            chosen = rng.choice(performer.keys).frame
            for _ in range(rng.randrange(1, 8)):
                to = rng.randrange(document.project.clip.frames)
                document.do(
                    "Move key",
                    lambda _, g=gesture, p=performer, c=chosen, to=to: edits.move_key(
                        g.start, p.id, c, to
                    ),
                    gesture=gesture,
                )
                yield document.project
            continue
        else:
            document.do(*_random_edit(document.project, rng))
        yield document.project


def main(project: Path, seed: int, log: Path) -> None:
    """Edit and note it, until killed."""
    document = Document.open(project)
    with log.open("w", encoding="ascii", buffering=1) as file:
        for n, _ in enumerate(hand(document, seed)):
            file.write(f"{n} {time.time()}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
