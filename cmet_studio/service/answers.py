"""How failures become answers."""

import logging
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from cmet_studio.app.lanes import NotReady, Superseded
from cmet_studio.app.source_frames import Closed
from cmet_studio.core.errors import BadInput, Cancelled, CmetError, OutputError
from cmet_studio.service.wire import Problem

log = logging.getLogger(__name__)


def refuse(status: int, code: str, message: str, hint: str = "") -> JSONResponse:
    """Say no."""
    problem = Problem(code=code, message=message, hint=hint)
    return JSONResponse({"error": problem.model_dump()}, status)


def of_error(error: Exception) -> JSONResponse:
    """The answer to a request that raised ``error``."""
    match error:
        case Superseded():
            return refuse(409, "superseded", "A newer frame was asked for.")
        case Closed():
            return refuse(409, "superseded", "Another document was opened.")
        case NotReady():
            return refuse(409, "not_ready", "The frame is not made yet.")
        case Cancelled():
            return refuse(409, "cancelled", "The work was stopped.")
        case BadInput() | OutputError():
            return refuse(422, "bad_input", error.message, error.hint)
        case CmetError():
            return refuse(500, "failed", error.message, error.hint)
        case RequestValidationError():
            return refuse(422, "bad_request", _first(error))
        case HTTPException():
            code = "not_found" if error.status_code in (404, 405) else "bad_request"
            return refuse(error.status_code, code, str(error.detail))
        case _:
            log.error("A request failed", exc_info=error)
            return refuse(500, "failed", "The engine made a mistake.", "See its log.")


def _first(error: RequestValidationError) -> str:
    for one in error.errors():
        where = ".".join(str(part) for part in one.get("loc", ()))
        return f"{where}: {one.get('msg', 'not usable')}."[:500]
    return "The request is not usable."


def install(app: FastAPI) -> None:
    """Answer every failure of a route in the same form."""

    async def answer(_: Request, error: Exception) -> Response:
        return of_error(error)

    of_work = (CmetError, Superseded, NotReady, Closed, Cancelled)
    for kind in (*of_work, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, answer)

    @app.middleware("http")
    async def last_resort(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        try:
            return await call_next(request)
        except Exception as error:  # noqa: BLE001  # a route's mistake must not end the engine
            return of_error(error)
