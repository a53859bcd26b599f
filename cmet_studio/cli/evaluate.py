"""``evaluate``: the figures of the shipped weights, measured again. For researchers."""

from pathlib import Path
from typing import Annotated

import typer

from cmet_studio.cli import console

evaluate = typer.Typer(no_args_is_help=True, help="Measure connectors and encoders.")
Json = Annotated[bool, typer.Option("--json", help="Print JSON only.")]


@evaluate.command()
def connector(
    embeddings: Annotated[Path, typer.Option(help="The .npz of emotion2vec+ large embeddings.")],
    weights: Annotated[Path | None, typer.Option(help="Else the starter connector.")] = None,
    speaker: Annotated[list[str] | None, typer.Option(help="Only these speakers.")] = None,
    json: Json = False,
) -> None:
    """How often a speaker's emotion comes out nearest to the right face, and how steadily."""
    from cmet_studio.evaluation.connector import evaluate_connector, figure_rows

    with console.progress() as bar:
        figures = evaluate_connector(embeddings, weights, tuple(speaker or ()), report=bar)
    if json:
        console.say_json(figures)
    else:
        console.say_table(("figure", "value"), figure_rows(figures))


@evaluate.command()
def encoder(
    speech: Annotated[
        Path, typer.Option(help="Folder of recordings: collection/emotion/name.flac.")
    ],
    weights: Annotated[Path | None, typer.Option(help="Else the starter encoder.")] = None,
    held_out: Annotated[
        Path | None, typer.Option(help="Folder that train encoder --held-out wrote.")
    ] = None,
    speaker: Annotated[
        list[str] | None, typer.Option(help="Only these speakers, as collection:name.")
    ] = None,
    json: Json = False,
) -> None:
    """How often a starter encoder's vectors lie nearest to the right preset."""
    from cmet_studio.evaluation.starter_encoder import evaluate_starter_encoder, figure_rows

    with console.progress() as bar:
        figures = evaluate_starter_encoder(
            speech, weights, held_out, tuple(speaker or ()), report=bar
        )
    if json:
        console.say_json(figures)
    else:
        console.say_table(("figure", "value"), figure_rows(figures))
