"""``train``: make the shipped weights again. For researchers; editors never need it."""

from pathlib import Path
from typing import Annotated

import typer

from cmet_studio.cli import console
from cmet_studio.cli.options import Embeddings, Recordings, Speakers

train = typer.Typer(no_args_is_help=True, help="Make starter weights again.")
Out = Annotated[Path, typer.Option("-o", "--output", help="The .safetensors file to write.")]
Seed = Annotated[int, typer.Option(help="Same seed, same weights.")]


@train.command()
def connector(
    embeddings: Embeddings,
    output: Out,
    face_model: Annotated[str, typer.Option(help="Whose expression space.")] = "mesh",
    expressions: Annotated[
        Path | None, typer.Option(help="JSON of mean expressions per emotion, else FACS.")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Optimiser steps.")] = None,
    speaker: Speakers = None,
    seed: Seed = 42,
) -> None:
    """Train a connector: speech emotion to a face model's expression change."""
    from cmet_studio.training.connector import train_connector

    with console.progress() as bar:
        train_connector(
            embeddings,
            output,
            face_model,
            expressions,
            seed=seed,
            steps=steps,
            speakers=tuple(speaker or ()),
            report=bar,
        )
    console.say(f"{output.name} written.")


@train.command("mesh-encoder")
def mesh_encoder(
    clip: Annotated[list[Path], typer.Argument(help="Talking-face clips of several people.")],
    output: Out,
) -> None:
    """Learn to read the mesh engine's action units from the tracker's landmarks."""
    from cmet_studio.training.mesh_encoder import train_mesh_encoder

    with console.progress() as bar:
        train_mesh_encoder(clip, output, report=bar)
    console.say(f"{output.name} written.")


@train.command()
def presets(embeddings: Embeddings, output: Out) -> None:
    """Average the presets' semantic vectors."""
    from cmet_studio.training.presets import make_presets

    make_presets(embeddings, output)
    console.say(f"{output.name} written.")


@train.command()
def encoder(
    speech: Recordings,
    embeddings: Embeddings,
    output: Out,
    held_out: Annotated[
        Path | None,
        typer.Option(help="Folder for encoders that leave a speaker out, for: evaluate encoder."),
    ] = None,
    seed: Seed = 42,
) -> None:
    """Train the starter speech encoder: a voice's measurements to emotion2vec+ embeddings."""
    from cmet_studio.training.starter_encoder import train_starter_encoder

    with console.progress() as bar:
        train_starter_encoder(speech, embeddings, output, held_out, seed=seed, report=bar)
    console.say(f"{output.name} written.")


@train.command()
def leak(
    embeddings: Embeddings,
    expressions: Annotated[Path, typer.Option(help="JSON of mean expressions per emotion.")],
    speaker: Annotated[list[str], typer.Option(help="Train on these; the others are measured.")],
    steps: Annotated[int | None, typer.Option(help="Optimiser steps.")] = None,
) -> None:
    """Show what the published training's label leak teaches, beside our sampling."""
    from cmet_studio.training.leak import leak_table

    with console.progress() as bar:
        table = leak_table(embeddings, expressions, tuple(speaker), steps, report=bar)
    console.say_table(
        ("sampling", "right", "in the first window", "after another emotion", "of it copied"),
        [
            (
                name,
                f"{row.right:.0%}",
                f"{row.right_at_once:.0%}",
                f"{row.right_after_another:.0%}",
                f"{row.copied:.0%}",
            )
            for name, row in table.items()
        ],
    )
