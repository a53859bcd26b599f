"""What was measured: of the clip, of its faces, of its sound, of emotions."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query

from cmet_studio.app import measured
from cmet_studio.app.host import Host
from cmet_studio.app.planned import Planned, Steps
from cmet_studio.service.frame_routes import End, Frame, Word
from cmet_studio.service.wire import Emotions

Name = Annotated[str, Query(min_length=1, max_length=200)]


def measured_routes(host: Host) -> APIRouter:
    """Routes on measurements."""
    routes = APIRouter(prefix="/v1")

    @routes.get("/analysis")
    def analysis(engine: Word = "mesh") -> dict[str, Any]:
        return measured.analysis_summary(host.opened, host.preview.planned(engine))

    @routes.get("/curves")
    async def curves(
        performer: Name,
        start: Frame,
        stop: End,
        step: Annotated[int, Query(ge=1, le=10_000)] = 1,
        engine: Word = "mesh",
    ) -> dict[str, Any]:
        def steps(planned: Planned) -> Steps:
            return measured.curves_of(planned, performer, start, stop, step)

        found: dict[str, Any] = await asyncio.wrap_future(host.preview.question(engine, steps))
        return found

    @routes.get("/face")
    def face(performer: Name, frame: Frame, engine: Word = "mesh") -> dict[str, Any]:
        # Tracks do not change: no need to wait for the engine thread, which may draw for seconds.
        host.check_frame(frame)
        planned = host.preview.planned(engine)
        return measured.face_in(host.opened, planned, performer, frame)

    @routes.get("/faces")
    def faces(frame: Frame) -> dict[str, Any]:
        return {"faces": [{"box": box} for box in host.faces(frame)]}

    @routes.get("/onsets")
    def onsets() -> dict[str, Any]:
        return {"frames": host.onsets()}

    @routes.post("/emotions/figures")
    def figures(wish: Emotions) -> dict[str, Any]:
        from cmet_studio.app.library import emotion_figures, emotion_map

        opened = host.opened
        folder = opened.path.parent
        found = emotion_figures(opened.project, folder, wish.ids)
        points = emotion_map(opened.project, folder, wish.ids) if wish.ids else None
        return {
            "figures": {i: asdict(one) for i, one in found.items()},
            "map": None if points is None else asdict(points),
        }

    return routes
