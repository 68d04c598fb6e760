"""The lists from the DCC: sent whole by its systems, read by everybody; its counts by those they concern (F2.10, F2.10A)."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from oauth2_provider.contrib.rest_framework import TokenHasScope
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from cpl.api import list_outputs as outputs
from cpl.api.views import PAGING, problems
from cpl.list_reading import CSV, JSON, MEDIA_TYPES
from cpl.models import DccListVersion
from cpl.rules import dcc_lists as rules
from cpl.services.dcc_list_contents import digest_told, numbers_told, record_of, rows_of
from cpl.services.dcc_lists import newest_version, take_list
from secgov.accounts.models import Organisation
from secgov.accounts.permissions import Duty, organisations_of, permitted, require
from secgov.journal import clock

_FALSE, _TRUE = ("", "0", "false"), ("1", "true")


class ListTooLong(APIException):
    """The list is longer than any that is taken."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_long"


class ListParser(BaseParser):
    """Takes the bytes of a list as they come, for their digest; the service reads them. No more than it may."""

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Give the bytes. Raises ListTooLong."""
        body = stream.read(settings.DOCUMENT_MAX_BYTES + 1)
        if len(body) > settings.DOCUMENT_MAX_BYTES:
            raise ListTooLong(f"The list is longer than {settings.DOCUMENT_MAX_BYTES} bytes.")
        return body


class JsonListParser(ListParser):
    """A list as JSON."""

    media_type = MEDIA_TYPES[JSON]


class CsvListParser(ListParser):
    """A list as CSV."""

    media_type = MEDIA_TYPES[CSV]


VERSION = OpenApiParameter(
    "version", int, description="An earlier version; the newest unless told otherwise."
)
DRY_RUN = OpenApiParameter(
    "dry_run", {"type": "string", "enum": ["0", "1"]}, description="1: judge every row, and keep nothing."
)


class DccList(GenericAPIView):
    """One of the lists; a subclass says which, and who reads it."""

    kind: str
    throttle_scope = "public"
    filters = frozenset({"version"})
    parser_classes = [JsonListParser, CsvListParser]
    required_scopes = ["lists:write"]
    own: list[Organisation] | None = None
    """Of counts, the Suppliers whose rows alone the account may know of; None: all."""

    def get_permissions(self) -> list[Any]:
        """Reading is public; sending takes the DCC's token."""
        return [TokenHasScope()] if self.request.method == "PUT" else [AllowAny()]

    def send(self, request: Request) -> Response:
        """Take the list, and say what became of it."""
        require(request.user, Duty.PROVIDE_DCC_LISTS)
        said = request.query_params.get("dry_run", "").lower()
        if said not in (*_FALSE, *_TRUE):
            raise ValidationError({"dry_run": ["Give 1 or 0."]})
        data = request.data if isinstance(request.data, bytes) else b""
        form = CSV if (request.content_type or "").split(";")[0].strip().lower() == MEDIA_TYPES[CSV] else JSON
        taken = take_list(
            kind=self.kind, data=data, form=form, by=request.user, at=clock.now(), dry_run=said in _TRUE
        )
        body = described(taken.version) | {
            "list": self.kind,
            "rows": taken.rows,
            "created": taken.created,
            "remarks": list(taken.remarks),
        }
        return Response(body, status=201 if taken.created else 200)

    def read(self, request: Request) -> Response:
        """Give a page of rows with the version that they are of."""
        rows = self.filter_queryset(None)
        page = [{"row": each.row, **record_of(each)} for each in self.paginate_queryset(rows)]
        answer = self.get_paginated_response(page)
        about = described(self.version) | {"list": self.kind, "rows": 0}
        if self.version:
            sees = self.sees_confidential()
            about |= numbers_told(self.version, confidential=sees, of=self.own)
            about["sha256"] = digest_told(self.version, confidential=sees) if self.own is None else None
        return Response({**about, **answer.data})

    def matching(self, rows: Any, asked: dict[str, str]) -> QuerySet[Any]:
        """The rows of the version asked for, without what was called confidential since, but for the DCC."""
        self.version = version_asked(self.kind, asked.get("version"))
        if self.version is None:
            return DccListVersion.objects.none()
        return rows_of(self.version, confidential=self.sees_confidential())

    def sees_confidential(self) -> bool:
        """Whether the account may read what was called confidential since."""
        return permitted(self.request.user, Duty.PROVIDE_DCC_LISTS) is not None

    def after(self, rows: QuerySet[Any], place: str) -> QuerySet[Any]:
        """The rows beyond one."""
        return rows.filter(row__gt=whole(place, "after"))

    def place_of(self, row: Any) -> str:
        """The row's number, as told in the page."""
        return str(row["row"] if isinstance(row, dict) else row.row)


def described(version: DccListVersion | None) -> dict[str, Any]:
    """Give what is told of a version; nulls for none."""
    if version is None:
        return dict.fromkeys(("version", "sha256", "added", "gone", "received_at", "published_at"))
    return {
        "version": version.number,
        "sha256": version.sha256,
        "added": version.added,
        "gone": version.gone,
        "received_at": version.received_at,
        "published_at": version.published_at,
    }


def version_asked(kind: str, number: str | None) -> DccListVersion | None:
    """Give the version asked for, or the newest. Raises Http404 for one that there is not."""
    if number is None:
        return newest_version(kind)
    found = DccListVersion.objects.filter(kind=kind, number=whole(number, "version")).first()
    if found is None:
        raise Http404
    return found


def whole(text: str, field: str) -> int:
    """Read a whole number. Raises ValidationError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ValidationError({field: ["Give a whole number."]})
    return int(text)


def _sending(name: str, row: Any) -> Any:
    return extend_schema(
        operation_id=f"send_{name}",
        parameters=[DRY_RUN],
        request={"application/json": row, "text/csv": OpenApiTypes.STR},
        responses={
            200: outputs.ListTaken,
            201: outputs.ListTaken,
            **problems(400, 401, 403, 413, 415, 422),
        },
    )


def _reading(name: str, page: Any, *codes: int) -> Any:
    return extend_schema(
        operation_id=name,
        parameters=[VERSION, *PAGING],
        responses={200: page, **problems(400, 404, 422, *codes)},
    )


class DeployedProducts(DccList):
    """The Deployed Products List (F2.10)."""

    kind = rules.DEPLOYED

    @_reading("deployed_products", outputs.DeployedPage)
    def get(self, request: Request) -> Response:
        """Give the combinations of Device Models in use."""
        return self.read(request)

    @_sending("deployed_products", outputs.DeployedRows)
    def put(self, request: Request) -> Response:
        """Take a whole new version. 201 for a new one, 200 for the newest again or a dry run."""
        return self.send(request)


class EligibleCombinations(DccList):
    """The SMETS1 Eligible Product Combinations (F2.10A(a))."""

    kind = rules.ELIGIBLE

    @_reading("smets1_eligible", outputs.EligiblePage)
    def get(self, request: Request) -> Response:
        """Give the combinations that the DCC has shown it can serve."""
        return self.read(request)

    @_sending("smets1_eligible", outputs.EligibleRows)
    def put(self, request: Request) -> Response:
        """Take a whole new version. 201 for a new one, 200 for the newest again or a dry run."""
        return self.send(request)


class PendingCombinations(DccList):
    """The SMETS1 Pending Product Combinations (F2.10A(b))."""

    kind = rules.PENDING

    @_reading("smets1_pending", outputs.PendingPage)
    def get(self, request: Request) -> Response:
        """Give the combinations that are considered, or in development or testing."""
        return self.read(request)

    @_sending("smets1_pending", outputs.PendingRows)
    def put(self, request: Request) -> Response:
        """Take a whole new version; a row flagged confidential refuses it. 201 for a new one, 200 else."""
        return self.send(request)


class Counts(DccList):
    """Devices and Smart Metering Systems in use: for the SSC and the DCC, and to each Supplier its own."""

    kind = rules.COUNTS

    def get_permissions(self) -> list[Any]:
        """Never public."""
        return [TokenHasScope()] if self.request.method == "PUT" else [IsAuthenticated()]

    @_reading("deployed_counts", outputs.CountPage, 401, 403)
    def get(self, request: Request) -> Response:
        """Give the counts that the account may read."""
        return self.read(request)

    @_sending("deployed_counts", outputs.CountRows)
    def put(self, request: Request) -> Response:
        """Take a whole new version. 201 for a new one, 200 for the newest again or a dry run."""
        return self.send(request)

    def matching(self, rows: Any, asked: dict[str, str]) -> QuerySet[Any]:
        """All for the SSC and the DCC; a Supplier's own for its people. Raises NotPermitted."""
        sees_all = permitted(self.request.user, Duty.READ_ALL_COUNTS) is not None
        if not sees_all:
            require(self.request.user, Duty.READ_OWN_COUNTS)
            self.own = list(organisations_of(self.request.user, Duty.READ_OWN_COUNTS))
        found = super().matching(rows, asked)
        if self.own is None or self.version is None:
            return found
        return found.filter(organisation__in=self.own)
