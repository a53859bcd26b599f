"""Frames as raw RGB, and what the cache holds of them."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from starlette.concurrency import run_in_threadpool

from cmet_studio.app.host import Host
from cmet_studio.app.planned import FrameWish, Shown
from cmet_studio.service.answers import refuse
from cmet_studio.service.wire import HEADERS, MOST_FRAMES, MOST_WIDTH, CacheLimit, Quality

Number = Annotated[int, Path(ge=0, le=MOST_FRAMES)]
Width = Annotated[int | None, Query(ge=16, le=MOST_WIDTH)]
Word = Annotated[str, Query(min_length=1, max_length=64)]
Frame = Annotated[int, Query(ge=0, le=MOST_FRAMES)]
End = Annotated[int, Query(ge=0, le=1 << 53)]


def frame_routes(host: Host) -> APIRouter:
    """Routes on frames."""
    routes = APIRouter(prefix="/v1")

    @routes.get("/frame/{n}")
    async def frame(
        n: Number,
        width: Width = None,
        quality: Quality = "draft",
        engine: Word = "mesh",
        revision: Annotated[int | None, Query(ge=0)] = None,
        wait: bool = True,
        lane: Word = "viewer",
    ) -> Response:
        if revision is not None and revision > host.opened.revision:
            return refuse(409, "unknown_revision", f"Revision {revision} has not come here yet.")
        if quality == "source":
            return _answer(await run_in_threadpool(host.source, n, width, lane))
        host.check_frame(n)
        wish = FrameWish(n, width, quality, engine, wait, lane)
        return _answer(await asyncio.wrap_future(host.preview.ask(wish)))

    @routes.get("/cache")
    def cache(start: Frame, stop: End, engine: Word = "mesh") -> dict[str, Any]:
        stop = min(stop, len(host.opened.source))
        return {"runs": host.preview.states(engine, start, stop)}

    @routes.put("/cache")
    def resize(wish: CacheLimit) -> dict[str, Any]:
        host.cache.resize(wish.bytes)
        return {}

    return routes


def _answer(shown: Shown) -> Response:
    height, width = shown.rgb.shape[:2]
    said = {
        "Frame": shown.frame,
        "Width": width,
        "Height": height,
        "Revision": shown.revision,
        "Quality": shown.quality,
        "Engine": shown.engine,
        "Edited": int(shown.edited),
        "State": shown.state,
    }
    return Response(
        shown.rgb.tobytes(),
        media_type="application/octet-stream",
        headers={f"{HEADERS}{name}": str(value) for name, value in said.items()},
    )
