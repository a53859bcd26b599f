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
