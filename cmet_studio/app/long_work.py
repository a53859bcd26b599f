"""The kinds of jobs: what each does with the document as it was when it was asked for."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from cmet_studio.app.analyses import Analyses
from cmet_studio.app.job import Work
from cmet_studio.app.planned import Opened
from cmet_studio.app.preview import Preview
from cmet_studio.app.rendering import CODECS, RenderWish, render_project
from cmet_studio.app.workspace import Workspace
from cmet_studio.core.errors import BadInput, CmetError, MediaError
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.project_io.store import check_output


def export_work(opened: Opened, analyses: Analyses, wish: RenderWish) -> Work:
    """Write the edited clip.

    Raises: BadInput, OutputError at once for a place that cannot be written to.
    """
    folder = opened.path.parent
    takes = [folder / take.path for take in opened.project.takes]
    check_output(wish.output, wish.overwrite, never=[opened.source.clip, opened.path, *takes])

    def work(token: CancelToken, report: Report) -> dict[str, Any]:
        with _clip_stays(opened):
            # One pass over the clip measures its faces, whoever needs them first.
            analyses.measure(wish.engine, opened, token, report)
            with Workspace(opened.path, opened.project) as workspace:
                summary = render_project(workspace, wish, token, report)
        clip = opened.project.clip
        return {
            **summary, "path": str(wish.output), "crf": wish.crf,
            "megapixels": clip.width * clip.height / 1e6, "bytes": wish.output.stat().st_size,
        }  # fmt: skip

    return work


@contextmanager
def _clip_stays(opened: Opened) -> Iterator[None]:
    """Whatever fails because the clip is gone says so, and what to do in the window."""
    try:
        yield
    except CmetError as error:
        clip = opened.source.clip
        if clip.is_file():
            raise
        raise MediaError(
            f"{clip.name} is no longer where it was: {clip.parent}.",
            "Put it back or choose File, Find the Clip; then export again.",
        ) from error


def analyse_work(
    opened: Opened, preview: Preview, engine: str, performers: Sequence[str] | None
) -> Work:
    """Measure performers' faces, also ones that failed before.

    Raises: BadInput for a performer that is not there.
    """
    known = {p.id for p in opened.project.performers}
    for performer in performers or ():
        if performer not in known:
            raise BadInput(f"There is no performer '{performer}'.", "Pick the face first.")

    def work(token: CancelToken, report: Report) -> dict[str, Any]:
        wanted = opened
        if performers is not None:
            chosen = tuple(p for p in opened.project.performers if p.id in set(performers))
            wanted = replace(opened, project=replace(opened.project, performers=chosen))
        found = preview.analyses.measure(engine, wanted, token, report)
        preview.measured(engine, wanted, found)
        return {"performers": {i: int(one.track.found.sum()) for i, one in found.items()}}

    return work


def embed_work(opened: Opened, emotions: Sequence[str] | None) -> Work:
    """Hear emotions' takes, so that their figures and frames come at once later."""

    def work(token: CancelToken, report: Report) -> dict[str, Any]:
        from cmet_studio.app.library import emotion_figures

        found = emotion_figures(opened.project, opened.path.parent, emotions, token, report)
        return {"emotions": {i: asdict(one) for i, one in found.items()}}

    return work


def output_path(text: str, codec: str) -> Path:
    """The file that a request wants to have written.

    Only a plain path of this machine, without ways up, whose name fits the codec: a program that
    has the token may write the user's exports, and nothing that looks like anything else.

    Raises: BadInput.
    """
    path = Path(text)
    if "\0" in text or text.startswith(("//", "\\\\")) or ".." in path.parts:
        raise BadInput("That is no place for an export.", "Give a plain path on this machine.")
    if not path.is_absolute():
        raise BadInput(f"{text} does not say in which folder.", "Give an absolute path.")
    endings = CODECS[codec]
    if path.suffix.lower() not in endings or path.name.startswith("."):
        raise BadInput(
            f"{path.name} cannot hold {codec}.",
            f"Name the file with one of these endings: {', '.join(endings)}.",
        )
    return path
