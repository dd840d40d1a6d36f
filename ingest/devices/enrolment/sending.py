"""A CSV file as the only part of a multipart form, taken in once it is known who sends it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, BinaryIO

from fastapi import Request
from starlette.datastructures import UploadFile

from center.errors import Invalid

MOST_BYTES = 32 * 1024 * 1024  # 100,000 rows of 300 bytes
FORM: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {
            "type": "string",
            "format": "binary",
            "description": "CSV in UTF-8 or GB18030, one device a row.",
        }
    },
}
BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": FORM}}}
}


class FileMissing(Invalid):
    """Send the CSV file as `file` of a multipart form."""


@asynccontextmanager
async def sent_file(request: Request) -> AsyncIterator[BinaryIO]:
    """The file while the request is answered. Ask for the door first: FastAPI would take in the
    whole form before it asks who sends it. Async, so that a file that arrives slowly holds no
    thread.

    Raises:
        FileMissing
    """
    async with request.form(max_files=1) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise FileMissing
        yield file.file
