"""``models``: the published weights that are fetched, not shipped."""

from pathlib import Path
from typing import Annotated

import typer

from cmet_studio.cli import console
from cmet_studio.cli.options import Json
from cmet_studio.core.errors import EngineError

models = typer.Typer(no_args_is_help=True, help="Install the published models.")
Names = Annotated[list[str] | None, typer.Argument(help="Which; the needed ones if none.")]


@models.command("list")
def list_(json: Json = False) -> None:
    """Say what can be installed, what it is for, under which licence, and what is there."""
    from cmet_studio.model_store.installed import is_installed
    from cmet_studio.model_store.manifest import manifest

    rows = [(m, is_installed(m.name)) for m in manifest()]
    if json:
        console.say_json(
            {
                "models": [
                    {
                        "name": m.name,
                        "title": m.title,
                        "purpose": m.purpose,
                        "licence": m.licence,
                        "optional": m.optional,
                        "installed": there,
                        "files": [
                            {"repository": f.repository, "path": f.path, "sha256": f.sha256}
                            for f in m.files
                        ],
                    }
                    for m, there in rows
                ]
            }
        )
        return
    console.say_table(
        ("model", "state", "what for", "licence"),
        [
            (m.name, "installed" if there else "optional" if m.optional else "-", m.purpose,
             m.licence)
            for m, there in rows
        ],
    )  # fmt: skip


@models.command()
def install(names: Names = None) -> None:
    """Download models from the hub and make them ready."""
    from cmet_studio.model_store.install import install as run

    with console.progress() as bar:
        done = run(names or (), report=bar)
    console.say(f"Installed: {', '.join(done)}.")


@models.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="A folder, a zip or one published file.")],
) -> None:
    """Install from files, for a machine without a network."""
    from cmet_studio.model_store.install import import_models

    with console.progress() as bar:
        done = import_models(path, report=bar)
    console.say(f"Installed: {', '.join(done)}.")


@models.command()
def verify(names: Names = None, json: Json = False) -> None:
    """Hash installed files again; exit code 2 if one is missing or has changed."""
    from cmet_studio.model_store.installed import record_of
    from cmet_studio.model_store.installed import verify as check
    from cmet_studio.model_store.manifest import chosen, manifest

    wanted = chosen(tuple(names)) if names else [m for m in manifest() if record_of(m) is not None]
    wrong = [text for model in wanted for text in check(model)]
    if json:
        console.say_json({"checked": [m.name for m in wanted], "wrong": wrong})
    if wrong:
        raise EngineError(" ".join(wrong), "Run: cmet-studio models install")
    if not json:
        said = ", ".join(m.name for m in wanted)
        console.say(f"In order: {said}." if said else "Nothing is installed.")


@models.command()
def remove(names: Annotated[list[str], typer.Argument(help="Which.")]) -> None:
    """Delete installed models."""
    from cmet_studio.model_store.install import remove as run

    done = run(names)
    console.say(f"Removed: {', '.join(done)}." if done else "None of them was installed.")
