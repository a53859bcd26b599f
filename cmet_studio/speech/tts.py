"""Synthetic voices that can fill an emotion's takes: the hook, and two providers.

The paper's supplement A fills its bins with an expressive synthesiser, asked to "say with {emotion}
voice: {sentence}". ``espeak`` is a robot without any feeling: it proves the path, and that is what
its label says. ``endpoint`` asks a server that the user configured, and nothing else; it is off
until an address stands in the settings. Nothing here is ever called but on the user's word.
"""

import contextlib
import http.client
import json
import shutil
import ssl
import subprocess
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from cmet_studio.core.errors import BadInput, EngineError
from cmet_studio.core.progress import NEVER, CancelToken
from cmet_studio.core.settings import Tts

MAX_SENTENCE = 600
"""Letters; a take is a sentence or two."""
_MAX_BYTES = 64 << 20
_BLOCK = 1 << 16
_TIMEOUT_S = 60.0
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_SETTINGS = "Set endpoint, key, voice and model under [tts] in the settings."


class TtsProvider(Protocol):
    """Says sentences with feeling."""

    @property
    def name(self) -> str:
        """What commands and takes call it."""

    @property
    def label(self) -> str:
        """What people should know about its voice, in a few words."""

    def say(self, sentence: str, emotion: str, file: Path, token: CancelToken = NEVER) -> None:
        """Write a recording of ``sentence``, spoken with ``emotion``, to ``file`` (WAV).

        Raises: EngineError if it cannot; BadInput for a sentence it cannot say; Cancelled.
        """


def prompt(sentence: str, emotion: str) -> str:
    """What an expressive synthesiser is told, in the paper's words."""
    return f"say with {emotion} voice: {sentence}"


def provider_names() -> tuple[str, ...]:
    """Names that ``make_provider`` knows."""
    return ("espeak", "endpoint")


def make_provider(name: str, settings: Tts) -> TtsProvider:
    """A provider by name.

    Raises: BadInput for an unknown name or an endpoint that is not configured; EngineError if
        espeak-ng is not installed.
    """
    if name == "espeak":
        return Espeak()
    if name == "endpoint":
        return Endpoint(settings)
    raise BadInput(
        f"There is no voice provider '{name}'.", f"Choose one of: {', '.join(provider_names())}."
    )


def checked_sentence(sentence: str) -> str:
    """A sentence that can be said.

    Raises: BadInput if it is empty or a whole speech.
    """
    clean = " ".join(sentence.split())
    if not 0 < len(clean) <= MAX_SENTENCE or not any(letter.isalnum() for letter in clean):
        raise BadInput(
            f"A sentence to say needs 1 to {MAX_SENTENCE} letters.", "A sentence or two is best."
        )
    return clean


class Espeak:
    """espeak-ng on this machine: every sentence alike, whatever the emotion."""

    name = "espeak"
    label = "a robot's voice, to try things out"

    def __init__(self) -> None:
        found = shutil.which("espeak-ng")
        if found is None:
            raise EngineError(
                "espeak-ng is not installed.", "Install the package espeak-ng, or use an endpoint."
            )
        self._program = found

    def say(self, sentence: str, emotion: str, file: Path, token: CancelToken = NEVER) -> None:
        """Say a sentence; see ``TtsProvider.say``."""
        token.check()
        words = [self._program, "-w", str(file), "--stdin"]
        try:
            done = subprocess.run(  # a found program, the sentence on its input
                words,
                input=checked_sentence(sentence).encode(),
                capture_output=True,
                timeout=_TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EngineError(f"espeak-ng did not speak: {error}.", "Try it by hand.") from error
        if done.returncode != 0 or not file.is_file():
            said = done.stderr.decode("utf-8", "replace").strip()[:200]
            raise EngineError(f"espeak-ng did not speak: {said or 'no sound came'}.")


class Endpoint:
    """A server with OpenAI's interface: POST ``{endpoint}/audio/speech``, a recording comes back.

    The sentence is the input; the paper's prompt goes along as instructions. Redirects are not
    followed, and a key is only sent over an encrypted connection or to this machine.

    Raises: BadInput if the settings name no usable address.
    """

    name = "endpoint"

    def __init__(self, settings: Tts, timeout_s: float = _TIMEOUT_S) -> None:
        if not settings.endpoint:
            raise BadInput("No speech endpoint is configured.", _SETTINGS)
        self._settings = settings
        self._url = _checked_url(settings)
        self._timeout_s = timeout_s
        self.label = f"voice '{settings.voice}' of {self._url.hostname}"

    def say(self, sentence: str, emotion: str, file: Path, token: CancelToken = NEVER) -> None:
        """Ask for a sentence; see ``TtsProvider.say``."""
        token.check()
        clean = checked_sentence(sentence)
        wish = {
            "model": self._settings.model,
            "voice": self._settings.voice,
            "input": clean,
            "instructions": prompt(clean, emotion),
            "response_format": "wav",
        }
        headers = {"Content-Type": "application/json", "Accept": "audio/wav"}
        if self._settings.key:
            headers["Authorization"] = f"Bearer {self._settings.key}"
        with contextlib.closing(self._connection()) as connection:
            try:
                path = f"{self._url.path.rstrip('/')}/audio/speech"
                connection.request("POST", path, json.dumps(wish).encode(), headers)
                answer = connection.getresponse()
                if answer.status != http.HTTPStatus.OK:
                    raise self._failed(answer)
                _receive(answer, file, token)
            except (OSError, http.client.HTTPException) as error:
                raise EngineError(
                    f"The speech endpoint {self._url.hostname} does not answer: "
                    f"{str(error) or type(error).__name__}.",
                    "Check the address in the settings and the connection.",
                ) from error
            except ValueError:  # letters that no header or address can hold
                raise EngineError(
                    f"The speech endpoint {self._url.hostname} cannot be asked.",
                    "Check its address and key in the settings for spaces and odd letters.",
                ) from None

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=self._timeout_s, context=context)
        return http.client.HTTPConnection(host, port, timeout=self._timeout_s)

    def _failed(self, answer: http.client.HTTPResponse) -> EngineError:
        said = _said(answer)
        host = self._url.hostname
        hints = {
            401: "Check the key in the settings.",
            403: "Check the key in the settings.",
            404: "Check the address in the settings; it usually ends in /v1.",
            429: "Wait a moment, or ask for less.",
        }
        hint = hints.get(answer.status, "Check voice and model in the settings.")
        if answer.status >= 500:
            hint = "Try again later."
        return EngineError(f"The speech endpoint {host} refused ({answer.status}{said}).", hint)


def _checked_url(settings: Tts) -> SplitResult:
    try:
        url = urlsplit(settings.endpoint.strip())
        usable = url.scheme in ("http", "https") and bool(url.hostname) and (url.port or 1) > 0
    except ValueError:
        url, usable = urlsplit(""), False
    if not usable or url.username or url.query or url.fragment:
        raise BadInput(
            f"'{settings.endpoint[:80]}' is no address of a speech endpoint.",
            "Write it as https://host/v1.",
        )
    if url.scheme == "http" and settings.key and url.hostname not in _LOOPBACK:
        raise BadInput(
            f"The speech endpoint {url.hostname} is not encrypted; the key is not sent there.",
            "Use https.",
        )
    return url


def _said(answer: http.client.HTTPResponse) -> str:
    """The server's own words, if they are some."""
    with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
        told = json.loads(answer.read(1 << 16).decode("utf-8", "replace"))
        if isinstance(told, dict):
            error = told.get("error", told)
            text = error.get("message") if isinstance(error, dict) else error
            if isinstance(text, str) and text:
                return f": {' '.join(text.split())[:160]}"
    return ""


def _receive(answer: http.client.HTTPResponse, file: Path, token: CancelToken) -> None:
    count = 0
    with file.open("wb") as target:
        while block := answer.read(_BLOCK):
            token.check()
            count += len(block)
            if count > _MAX_BYTES:
                raise EngineError(
                    "The speech endpoint sends no end of sound.", "Check its address."
                )
            target.write(block)
    if not count:
        raise EngineError("The speech endpoint sent no sound.", "Check voice and model.")
