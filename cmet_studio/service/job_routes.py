"""Long work and what happens meanwhile."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from cmet_studio.app.host import Host
from cmet_studio.app.job import Work, as_data
from cmet_studio.app.job_notes import Left, Request
from cmet_studio.app.long_work import analyse_work, embed_work, export_work, output_path
from cmet_studio.app.planned import Opened
from cmet_studio.app.rendering import RenderWish
from cmet_studio.core.errors import ProjectError
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.project_io.convert import to_data
from cmet_studio.service.wire import (
    AnalyseWish,
    EmbedWish,
    Event,
    Events,
    ExportWish,
    JobState,
    MoveJob,
    StartJob,
)

W = TypeVar("W", bound=BaseModel)
_START_ANEW = "Open the project and export it again."


def job_routes(host: Host) -> APIRouter:
    """Routes on jobs and events."""
    routes = APIRouter(prefix="/v1")

    @routes.post("/jobs")
    def start_job(wish: StartJob) -> dict[str, Any]:
        opened = host.opened
        title, work = _work(host, opened, wish)
        request = _request(opened, wish) if wish.kind == "export" else None
        return {"id": host.jobs.start(wish.kind, title, work, request)}

    @routes.get("/jobs")
    async def jobs() -> dict[str, list[JobState]]:
        return {"jobs": [JobState(**as_data(job)) for job in host.jobs.jobs()]}

    @routes.post("/jobs/{job}/cancel")
    async def cancel(job: str) -> dict[str, Any]:
        host.jobs.cancel(job)
        return {}

    @routes.post("/jobs/{job}/pause")
    async def pause(job: str) -> dict[str, Any]:
        host.jobs.pause(job)
        return {}

    @routes.post("/jobs/{job}/resume")
    async def resume(job: str) -> dict[str, Any]:
        host.jobs.resume(job)
        return {}

    @routes.post("/jobs/{job}/move")
    async def move(job: str, wish: MoveJob) -> dict[str, Any]:
        host.jobs.move(job, wish.position)
        return {}

    @routes.get("/events")
    def events(
        after: Annotated[int, Query(ge=0)] = 0, wait_s: Annotated[float, Query(ge=0, le=60)] = 0.0
    ) -> Events:
        last, missed, found = host.events.since(after, wait_s)
        said = [Event(n=event.n, topic=event.topic, data=dict(event.data)) for event in found]
        return Events(last=last, missed=missed, events=said)

    return routes


def bring_back(host: Host, left: Sequence[Left]) -> None:
    """Queue again what engines before this one did not end, each with its document of that time.

    Only exports are: faces are measured and takes heard again whenever they are needed.
    """
    for one in left:
        if one.orphan and one.request is None:
            continue  # nobody waits for it any more
        host.jobs.bring_back(one, None if one.request is None else _again(host, one.request))


def _request(opened: Opened, wish: StartJob) -> Request:
    return {
        **wish.model_dump(), "path": str(opened.path), "project": to_data(opened.project),
        "promise": {"path": str(wish.wish["output"])},
    }  # fmt: skip


def _again(host: Host, request: Request) -> Work:
    """Work that reads the request, which may be damaged or out of date, when it is its turn."""

    def work(token: CancelToken, report: Report) -> dict[str, Any]:
        try:
            wish = StartJob(kind=request["kind"], wish=request["wish"])
            opened = host.reopen(request["path"], request["project"])
        except (ValidationError, KeyError, TypeError, ValueError) as error:
            raise ProjectError("What was to be done is no longer known.", _START_ANEW) from error
        try:
            _, again = _work(host, opened, wish)
            return again(token, report)
        except RequestValidationError as error:
            raise ProjectError("What was to be done is no longer known.", _START_ANEW) from error
        finally:
            opened.source.close()

    return work


def _work(host: Host, opened: Opened, wish: StartJob) -> tuple[str, Work]:
    analyses = host.preview.analyses
    match wish.kind:
        case "export":
            export = _read(ExportWish, wish.wish)
            render = _render_wish(export, opened)
            return render.output.name, export_work(opened, analyses, render)
        case "analyse":
            analyse = _read(AnalyseWish, wish.wish)
            work = analyse_work(opened, host.preview, analyse.engine, analyse.performers)
            return "Measure faces", work
        case "embed":
            embed = _read(EmbedWish, wish.wish)
            return "Listen to takes", embed_work(opened, embed.emotions)


def _render_wish(wish: ExportWish, opened: Opened) -> RenderWish:
    return RenderWish(
        output=output_path(wish.output, wish.codec),
        engine=wish.engine,
        codec=wish.codec,
        crf=wish.crf,
        preset=wish.preset,
        start=None if wish.start is None else f"f{wish.start}",
        stop=None if wish.stop is None else f"f{min(wish.stop, len(opened.source))}",
        overwrite=wish.overwrite,
        dialogue=None if wish.dialogue is None else Path(wish.dialogue),
        dialogue_at=None if wish.dialogue_at is None else f"f{wish.dialogue_at}",
        speaker=wish.speaker,
        restorer=wish.restorer,
    )


def _read(kind: type[W], wish: dict[str, Any]) -> W:
    try:
        return kind.model_validate(wish)
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False)) from error
