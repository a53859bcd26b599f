"""The open document: how the engine is, the newest revision, when to end."""

import os
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import APIRouter

from cmet_studio.app.host import Host
from cmet_studio.engine.registry import face_model_names
from cmet_studio.service.answers import refuse
from cmet_studio.service.wire import Background, PatchDocument, PutDocument, Status


def document_routes(host: Host, stop: Callable[[], None]) -> APIRouter:
    """Routes on the document.

    Args:
        stop: ends the engine, after the answer is out.
    """
    routes = APIRouter(prefix="/v1")
    known = {"version": _version(), "engines": list(face_model_names())}

    @routes.get("/status")
    async def status() -> Status:
        opened = host.preview.opened
        state, message = host.preview.state()
        planned = [host.preview.planned(engine) for engine in known["engines"]]
        return Status(
            version=str(known["version"]),
            engines=list(known["engines"]),
            pid=os.getpid(),
            state=state,
            message=message,
            document=None if opened is None else str(opened.path),
            revision=None if opened is None else opened.revision,
            planned=max((p.opened.revision for p in planned if p is not None), default=None),
            cache_bytes=host.cache.held_bytes,
            cache_limit=host.cache.limit_bytes,
            models_loaded=host.preview.loaded,
        )

    @routes.put("/document")
    def put_document(wish: PutDocument) -> dict[str, Any]:
        opened = host.put(wish.path, wish.revision, wish.project)
        return {"revision": opened.revision, "frames": len(opened.source)}

    @routes.patch("/document")
    def patch_document(wish: PatchDocument) -> Any:
        opened = host.patch(wish.base, wish.revision, wish.difference)
        if opened is None:
            return refuse(409, "unknown_revision", f"Revision {wish.base} is not the one open.")
        return {"revision": opened.revision, "frames": len(opened.source)}

    @routes.post("/background")
    async def background(wish: Background) -> dict[str, Any]:
        host.preview.render_ahead(wish.on)
        return {}

    @routes.post("/shutdown")
    async def shutdown() -> dict[str, Any]:
        stop()
        return {}

    return routes


def _version() -> str:
    try:
        return version("cmet-studio")
    except PackageNotFoundError:
        return "0"
