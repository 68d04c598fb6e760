"""JSON, fast and exact."""

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer


class OrjsonRenderer(BaseRenderer):
    """Renders with orjson; dates and instants in ISO form, instants in UTC with a Z."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Give the bytes; nothing for no content."""
        if data is None:
            return b""
        return orjson.dumps(data, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS, default=str)


class ProblemRenderer(OrjsonRenderer):
    """The same, under the media type of RFC 9457."""

    media_type = "application/problem+json"
