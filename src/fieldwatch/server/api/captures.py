"""Captures by REST: an upload is opened, its pieces are sent, the last one makes a capture that waits to be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, Field

from fieldwatch.server import uploads
from fieldwatch.server.accounts.access import Access, access
from fieldwatch.server.accounts.refuse import required
from fieldwatch.server.accounts.roles import May
from fieldwatch.server.api.body import Given, Text, Word
from fieldwatch.server.api.problem import Problem, Type
from fieldwatch.server.api.records import written
from fieldwatch.server.uploads import Refused, Upload, Uploads
from fieldwatch.store.events import Kind, emit
from fieldwatch.store.models import Site, Source
from fieldwatch.store.room import NO_ROOM

MB = 1_000_000

TYPES: dict[type[Refused], Type] = {
    uploads.TooLarge: Type.TOO_LARGE,
    uploads.NoSpace: Type.NO_SPACE,
    uploads.OutOfPlace: Type.CONFLICT,
    uploads.Unlike: Type.UNPROCESSABLE,
    uploads.Unknown: Type.NOT_FOUND,
}


class UploadIn(Given):
    """A file that is to be sent."""

    name: Text = Field(description="what the capture is called", examples=["line-3.pcapng"], min_length=1)
    size: int = Field(description="its bytes", ge=0, lt=2**60)
    sha256: str = Field("", description="SHA-256 of the file in hexadecimal digits: then what came is held to it", max_length=64)
    modified: int = Field(
        0, description="when the file was changed: with name and size it says which upload goes on", ge=-(2**60), lt=2**60
    )
    site: Word = Field("", description="slug of the site; needed where you may upload to several")


class UploadOut(BaseModel):
    """Where the pieces go."""

    id: str
    url: str = Field(description="PUT the pieces here, in their order, with Content-Range; at most 8 MiB each")
    offset: int = Field(description="how many bytes are there: the next piece begins here")
    next: str | None = Field(None, description="the page of the capture, once all is there")
    capture: int | None = Field(None, description="the id of the capture, once all is there")


ROUTER = Router(tags=["captures"])


@ROUTER.post("", response={201: UploadOut}, operation_id="open_upload", summary="Open an upload")
def open_upload(request: HttpRequest, given: UploadIn) -> HttpResponse:
    """Opens an upload, or finds the one that was begun with the same file."""
    held = required(request, May.UPLOAD)
    site = _site(held, given.site or request.GET.get("site", ""))
    modified = str(given.modified) if given.modified else ""
    upload = _answered(lambda: _uploads().open(given.name, given.size, site, held.user, sha256=given.sha256.lower(), modified=modified))
    return _state(request, upload, status=201)


@ROUTER.get("/uploads/{id}", response=UploadOut, operation_id="get_upload", summary="How far an upload is")
def get_upload(request: HttpRequest, id: str) -> HttpResponse:
    """Says how many bytes are there."""
    return _state(request, _own(request, id))


@ROUTER.put("/uploads/{id}", response=UploadOut, operation_id="put_piece", summary="Send a piece", openapi_extra={
    "requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
    "parameters": [{"name": "Content-Range", "in": "header", "required": True, "description": "`bytes FIRST-LAST/SIZE`",
                    "schema": {"type": "string", "examples": ["bytes 0-8388607/20000000"]}}],
})  # fmt: skip
def put_piece(request: HttpRequest, id: str) -> HttpResponse:
    """Takes a piece. It is on the disk when the answer comes. A piece that is not the next one is answered 409 with `offset`."""
    upload = _own(request, id)
    there = _uploads().offset(upload)
    if not (upload.size and there == upload.size):
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        where = _answered(lambda: uploads.piece(request.headers.get("Content-Range", ""), length))
        there = _answered(lambda: _uploads().put(upload, where, request))  # type: ignore[arg-type]
    if there < upload.size:
        return _state(request, upload)
    return _finished(request, upload)


@ROUTER.delete("/uploads/{id}", response={204: None}, operation_id="drop_upload", summary="Cancel an upload")
def drop_upload(request: HttpRequest, id: str) -> HttpResponse:
    """Forgets an upload; what became a capture stays one."""
    _uploads().drop(_own(request, id))
    return HttpResponse(status=204)


def _finished(request: HttpRequest, upload: Upload) -> HttpResponse:
    from fieldwatch.server.trail import note
    from fieldwatch.store.audit import AuditAction

    site = Site.objects.get(pk=upload.site)
    source = _answered(lambda: _uploads().finish(upload, site, access(request).user))
    if not upload.source:
        note(request, AuditAction.UPLOAD, str(source.pk), site, {"name": upload.name, "bytes": upload.size, "identity": source.identity})
        emit(Kind.SOURCE, str(source.pk), site=site.pk)
    return written(_told(upload, upload.size, source.pk))


def _state(request: HttpRequest, upload: Upload, status: int = 200) -> HttpResponse:
    return written(_told(upload, _uploads().offset(upload), upload.source), status)


def _told(upload: Upload, offset: int, source: int) -> dict[str, Any]:
    url = f"/api/v1/captures/uploads/{upload.id}"
    return {
        "id": upload.id,
        "url": url,
        "offset": offset,
        "next": f"/captures/{source}/" if source else None,
        "capture": source or None,
    }


def _uploads() -> Uploads:
    options = settings.OPTIONS
    return Uploads(options.data, options["captures.most_mb"] * MB)


def _own(request: HttpRequest, id_: str) -> Upload:
    """The upload of who asks, while it may still upload there. Raises Problem."""
    held = access(request)
    upload: Upload = _answered(lambda: _uploads().get(id_, held.user))
    required(request, May.UPLOAD, upload.site)
    if upload.source and not Source.objects.filter(pk=upload.source).exists():
        raise Problem(Type.NOT_FOUND, "The capture was deleted since.", do="begin again")
    return upload


def _site(held: Access, slug: str) -> Site:
    """The site that the capture is of. Raises Problem."""
    scope = held.scope(May.UPLOAD)
    allowed = [one for one in held.sites if scope.holds(one.pk)]
    found = [one for one in allowed if one.slug == slug or not slug]
    if len(found) != 1:
        words = ", ".join(one.slug for one in allowed[:20]) or "none"
        raise Problem(Type.UNPROCESSABLE, "site: it has to be said which site the capture is of.", read=slug, allowed=words)
    return found[0]


def _answered(step: Callable[[], Any]) -> Any:
    """What a step of an upload gives. Raises Problem where it is refused."""
    try:
        return step()
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise Problem(Type.NO_SPACE, "The disk is full; make room, or ask who runs Fieldwatch; then go on.") from None
    except Refused as error:
        more: dict[str, Any] = {"offset": error.offset} if error.offset is not None else {}
        raise Problem(TYPES.get(type(error), Type.BAD_REQUEST), str(error), **more) from None
