"""Reading what a client sends: JSON, of a bounded length."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

LONGEST_BODY = 1024 * 1024  # bytes; a receipt that names every tenth of 50,000 entries has a third of it


class BodyTooLong(APIException):
    """More was sent than any call needs."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = f"The body is longer than {LONGEST_BODY} bytes."
    default_code = "too_long"


class OrjsonParser(BaseParser):
    """Reads a JSON object in UTF-8. Reads no more than it may, whatever length was announced."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Give the object. Raises ParseError for anything else, BodyTooLong for too much of it."""
        body = stream.read(LONGEST_BODY + 1)
        if len(body) > LONGEST_BODY:
            raise BodyTooLong
        try:
            found = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(f"The body is not JSON: {error}.") from error
        if not isinstance(found, dict):
            raise ParseError("The body is JSON, but not an object.")
        return found
