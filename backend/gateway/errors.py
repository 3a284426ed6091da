"""Refusals of the HTTP doors: every 4xx and 5xx carries an `ErrorAnswer`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.responses import Response

from backend.contracts.doors import ErrorAnswer
from backend.storage.errors import StorageError

_CODES: Final = {
    400: "bad_request",
    401: "unauthorised",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    422: "invalid",
    429: "too_many",
    503: "unavailable",
}


class Refusal(HTTPException):
    """An answer of a door: what is wrong and what would be right."""

    def __init__(self, status: int, reason: str, headers: Mapping[str, str] | None = None, code: str = "") -> None:
        super().__init__(status, reason, dict(headers or {}))
        self.code = code or _CODES.get(status, "refused")


def error_response(status: int, code: str, reason: str, headers: Mapping[str, str] | None = None) -> Response:
    body = to_json(ErrorAnswer(code=code, reason=reason))
    return Response(body, status, dict(headers or {}), media_type="application/json")


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = error.code if isinstance(error, Refusal) else _CODES.get(error.status_code, "refused")
    return error_response(error.status_code, code, str(error.detail), error.headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    # Never the input itself: a body of the login door holds a password.
    place = ".".join(str(part) for part in first["loc"])
    return error_response(422, "invalid", f"{place}: {first['msg']}")


async def _not_stored(request: Request, error: Exception) -> Response:
    reason = f"nothing was stored: {error}; send it again later"
    return error_response(503, "unavailable", reason, {"Retry-After": "2"})


async def _failed(request: Request, error: Exception) -> Response:
    return error_response(500, "failed", "the server failed on this request; its log says why")


def install(app: FastAPI) -> None:
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StorageError, _not_stored)
    app.add_exception_handler(Exception, _failed)
