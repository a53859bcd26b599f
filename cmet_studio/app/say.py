"""Filling an emotion's takes with a synthetic voice."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cmet_studio.app.takes import Brought
from cmet_studio.core.errors import BadInput, EngineError
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.core.settings import load_settings, settings_file

if TYPE_CHECKING:
    from cmet_studio.speech.tts import TtsProvider

SENTENCES = (
    "I never thought that I would see you here again.",
    "They told me about it yesterday, late in the evening.",
    "You can leave the letter on the table by the window.",
)
"""What is said where nothing else is asked for: plain words that fit any emotion."""


def open_provider(name: str) -> "TtsProvider":
    """A voice provider by name, as the user's settings configure it.

    Raises: BadInput if it is unknown or not configured; EngineError if it is not installed.
    """
    from cmet_studio.speech.tts import make_provider

    settings, _ = load_settings(settings_file())
    return make_provider(name, settings.tts)


def say_takes(
    provider: "TtsProvider",
    emotion: str,
    sentences: Sequence[str],
    folder: Path,
    media_folder: Path,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> Brought:
    """Have sentences said with an emotion and bring the recordings into a project.

    Args:
        emotion: its name, as the provider is told.
        folder, media_folder: the project's.
    Raises: EngineError, BadInput as the provider does; MediaError if what comes is no sound.
    """
    from cmet_studio.speech.takes import import_with_quality
    from cmet_studio.speech.tts import checked_sentence

    clean = [checked_sentence(sentence) for sentence in sentences]
    takes, notes = [], [f"Spoken by {provider.name} ({provider.label})."]
    with tempfile.TemporaryDirectory(prefix="cmet-say-") as temporary:
        for done, sentence in enumerate(clean):
            token.check()
            report(f"speaking with {emotion} voice", done, len(clean))
            file = Path(temporary) / f"{provider.name}.wav"
            provider.say(sentence, emotion, file, token)
            source = f"{provider.name}: {sentence[:60]}"
            try:
                got = import_with_quality(file, folder, f"t{done + 1}", media_folder, source=source)
            except BadInput as error:
                raise EngineError(
                    f"What {provider.name} sent is no take: {error.message}", error.hint
                ) from error
            takes.append(got.take)
            notes += [f"{source}: {warning}" for warning in got.quality.warnings]
        report(f"speaking with {emotion} voice", len(clean), len(clean))
    return Brought(tuple(takes), tuple(notes))
