"""Nothing asked for is passed over: a parameter with a slip of the pen must not answer with the whole list."""

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

PAGING = frozenset({"limit", "after"})


class NamedParameters(BaseFilterBackend):
    """Hands the parameters that a view names in `filters` to its `matching(rows, asked)`; refuses all others."""

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        """Give the rows that answer. Raises ValidationError for a parameter unknown to the call, or given twice."""
        asked = request.query_params.dict()
        unknown = asked.keys() - view.filters - PAGING
        if unknown:
            raise ValidationError({name: ["This call has no such parameter."] for name in sorted(unknown)})
        twice = [name for name in asked if len(request.query_params.getlist(name)) > 1]
        if twice:
            raise ValidationError({name: ["Give this once."] for name in twice})
        return view.matching(queryset, {name: asked[name] for name in asked if name in view.filters})
