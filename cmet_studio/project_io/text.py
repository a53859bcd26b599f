"""From bytes to plain data and back: JSON with limits, written so that people can read it."""

import json
import math
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn

from cmet_studio.core.errors import ProjectError
from cmet_studio.project_io.fingerprint import open_regular

MAX_BYTES = 64 << 20
MAX_DEPTH = 32
MAX_VALUES = 4_000_000
_MAX_DIGITS = 19
_LINE = 100
_STRING = re.compile('"[^"]*"')
_BRACKET = re.compile(r"[\[\]{}]")
_SURROGATE = re.compile("[\ud800-\udfff]")

Json = dict[str, Any]


class _Refused(Exception):
    """The way out of the parser's callbacks: what is wrong, to follow the file's name."""


def _refuse(what: str) -> NoReturn:
    raise _Refused(what)


def broken(path: Path, problem: str) -> ProjectError:
    """The error for a file that is no usable project; ``problem`` follows the file's name."""
    return ProjectError(
        f"{path} is not a usable project: {problem}.",
        "Open an earlier copy, or correct it in a text editor.",
    )


def read_json(path: Path) -> Json:
    """Read the object in a JSON file.

    Raises: ProjectError if it is not a regular readable file, too large, not UTF-8, no JSON, nested
        more than ``MAX_DEPTH`` deep, or holds NaN, infinities, numbers that don't fit 64 bits, too
        many values, or a field twice.
    """
    try:
        with os.fdopen(open_regular(path, ProjectError), "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as exc:
        raise ProjectError(f"{path} could not be read.", "Check the disk it lies on.") from exc
    if len(content) > MAX_BYTES:
        raise broken(path, f"it is larger than {MAX_BYTES >> 20} MiB")
    try:
        text = content.decode("utf-8-sig")
        _check_nesting(text)
        data = _parse(text)
    except UnicodeDecodeError as exc:
        raise broken(path, "it is not UTF-8 text") from exc
    except json.JSONDecodeError as exc:
        problem = f"line {exc.lineno}, column {exc.colno} is not JSON ({exc.msg})"
        raise broken(path, problem) from exc
    except _Refused as exc:
        raise broken(path, str(exc)) from exc
    if not isinstance(data, dict):
        raise broken(path, "it does not hold a JSON object")
    return data


def _check_nesting(text: str) -> None:
    """Refuse too many values and deep nesting before the parser, which recurses, sees them."""
    if sum(map(text.count, ",[{")) > MAX_VALUES:
        _refuse(f"it holds over {MAX_VALUES:,} values")
    # Backslashes stand in strings only: where one does not, the parser stops there and goes no
    # deeper than counted so far. Plain replacements, since patterns with escapes can be made slow.
    unescaped = text.replace("\\\\", "").replace('\\"', "")
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub("", unescaped)):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > MAX_DEPTH:
            _refuse(f"it is nested over {MAX_DEPTH} levels deep")


def _whole(digits: str) -> int:
    number = int(digits) if len(digits) <= _MAX_DIGITS + 1 else 2**63
    if not -(2**63) <= number < 2**63:
        _refuse(f"the number {digits[:12]}... is too large")
    return number


def _real(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        _refuse(f"the number {digits[:24]} is too large")
    return number


def _constant(name: str) -> NoReturn:
    _refuse(f"{name} is not a number")


def _object(pairs: list[tuple[str, Any]]) -> Json:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = Counter(name for name, _ in pairs)
        twice = names.most_common(1)[0][0]
        _refuse(f"the field {twice[:80]!r} stands twice in one object")
    return made


def _parse(text: str) -> object:
    return json.loads(
        text,
        parse_int=_whole,
        parse_float=_real,
        parse_constant=_constant,
        object_pairs_hook=_object,
    )


def parse_json(text: str) -> object:
    """Read JSON with the limits of ``read_json``.

    Raises: ValueError if it is none, or over a limit.
    """
    try:
        _check_nesting(text)
        return _parse(text)
    except _Refused as exc:
        raise ValueError(str(exc)) from exc


def write_json(data: Json) -> str:
    """Format data: what fits in a line of 100 stands in one, the rest is indented.

    Raises: ValueError if it holds NaN or infinities.
    """
    text = "".join(_lines(data, "")) + "\n"
    # JSON may escape half a character; UTF-8 cannot hold one.
    return _SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def _inline(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _room_left(value: object, room: int) -> int:
    """At most the room that writing ``value`` in a line leaves; stops counting when it is none."""
    if isinstance(value, (dict, list)):
        room -= 2 * max(1, len(value))  # brackets, commas and spaces
        for item in value.values() if isinstance(value, dict) else value:
            if room < 0:
                return room
            room = _room_left(item, room)
        return room
    return room - (len(value) + 2 if isinstance(value, str) else 1)


def _lines(value: object, indent: str) -> list[str]:
    nested = isinstance(value, (dict, list)) and bool(value)
    if not nested or _room_left(value, _LINE - len(indent)) >= 0:
        line = _inline(value)
        if len(indent) + len(line) <= _LINE or not nested:
            return [line]
    assert isinstance(value, (dict, list))
    inner = indent + "  "
    if isinstance(value, dict):
        heads = [f"{_inline(name)}: " for name in value]
        items: list[object] = list(value.values())
        opening, closing = "{", "}"
    else:
        heads, items = [""] * len(value), value
        opening, closing = "[", "]"
    parts = [opening]
    for n, (head, item) in enumerate(zip(heads, items, strict=True)):
        parts += [",\n" if n else "\n", inner, head, *_lines(item, inner)]
    return [*parts, "\n", indent, closing]
