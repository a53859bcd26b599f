"""Shortcuts as files: a user's own to take along, and a sheet to print."""

import json
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

from cmet_studio.core.errors import BadInput, OutputError
from cmet_studio.core.settings import PRESETS, Shortcuts
from cmet_studio.ui.action_button import plain, translated
from cmet_studio.ui.actions import Action
from cmet_studio.ui.shortcuts import Keys, shown

_MOST_BYTES = 1 << 20


def write_shortcuts(path: Path, shortcuts: Shortcuts) -> None:
    """Write a preset's name and what differs from it, as JSON. Raises OutputError."""
    own = {action: list(keys) for action, keys in sorted(shortcuts.overrides.items())}
    _write(path, json.dumps({"preset": shortcuts.preset, "keys": own}, indent=1) + "\n")


def read_shortcuts(path: Path) -> Shortcuts:
    """Read what ``write_shortcuts`` wrote. Raises BadInput if it is something else."""
    wrong = BadInput(
        f"{path.name} holds no shortcuts.", "Choose a file that Save As… of this page made."
    )
    try:
        with path.open("rb") as file:
            data = json.loads(file.read(_MOST_BYTES))
        preset, keys = data["preset"], data["keys"]
        own = {str(action): tuple(str(key) for key in given) for action, given in keys.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise wrong from error
    if preset not in PRESETS:
        raise wrong
    return Shortcuts(preset, own)


def write_sheet(path: Path, actions: Iterable[Action], keys: Mapping[str, Keys]) -> None:
    """Write all actions that have keys, by menu, as a page to print. Raises OutputError."""
    tables: dict[str, list[str]] = {}
    for action in actions:
        if keys[action.id]:
            cells = escape(plain(translated(action.text))), escape(shown(keys[action.id]))
            row = f"<tr><td>{cells[0]}</td><td><kbd>{cells[1]}</kbd></td></tr>"
            tables.setdefault(translated(action.menu), []).append(row)
    parts = (
        f"<section><h2>{escape(menu)}</h2><table>{''.join(rows)}</table></section>"
        for menu, rows in tables.items()
    )
    _write(path, _PAGE.format(body="\n".join(parts)))


_PAGE = """<!doctype html><meta charset="utf-8"><title>CMET Studio: shortcuts</title>
<style>
body {{ font: 10pt sans-serif; columns: 3; column-gap: 8mm; margin: 10mm; }}
section {{ break-inside: avoid; }} h2 {{ font-size: 12pt; margin: 0 0 1mm; }}
table {{ width: 100%; border-collapse: collapse; margin-bottom: 5mm; }}
td {{ padding: .6mm 0; border-bottom: .2mm solid #ccc; }} td + td {{ text-align: right; }}
</style>
{body}
"""


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path} cannot be written.", "Choose another folder.") from error
