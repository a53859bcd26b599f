"""Long work and what happens meanwhile."""

from pathlib import Path
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from cmet_studio.app.host import Host
from cmet_studio.app.jobs import Work, as_data
from cmet_studio.app.long_work import analyse_work, embed_work, export_work, output_path
from cmet_studio.app.planned import Opened
from cmet_studio.app.rendering import RenderWish
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


def job_routes(host: Host) -> APIRouter:
    """Routes on jobs and events."""
    routes = APIRouter(prefix="/v1")

    @routes.post("/jobs")
    def start_job(wish: StartJob) -> dict[str, Any]:
        title, work = _work(host, wish)
        return {"id": host.jobs.start(wish.kind, title, work)}

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


def _work(host: Host, wish: StartJob) -> tuple[str, Work]:
    opened, analyses = host.opened, host.preview.analyses
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
