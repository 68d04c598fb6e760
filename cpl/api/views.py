"""The list's reads: editions and entries. Each is of what is published, and needs no token."""

from typing import Any

from django.db.models import Max, QuerySet, Subquery, TextField
from django.db.models.functions import Cast
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from orjson import Fragment
from rest_framework.exceptions import APIException
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cpl.api import outputs
from cpl.api.editions import described, with_everything_told
from cpl.api.inputs import COLUMNS, cleaned, day_asked, instant_asked, only, renamed
from cpl.api.stored import LATEST, find_form, stored_answer
from cpl.models import Edition, PublishedEntry
from cpl.rules.loading import NotLoaded
from cpl.rules.publication import format_edition, parse_edition
from cpl.services import publication
from cpl.services.loading import held_back
from cpl.services.point_in_time import NOW, View, look_at
from cpl.web.converters import EditionNumber
from secgov.accounts.permissions import Duty, permitted
from secgov.errors import Refusal, refuse_any
from secgov.journal import clock

RECEIPT_SCOPE = "cpl:receipt"
PROBLEM = OpenApiResponse(
    outputs.Problem, "Something is wrong with the call; `detail` and `fields` say what."
)
PAGING = [
    OpenApiParameter("limit", int, description="How many to a page, 1 to 1000; 100 unless told otherwise."),
    OpenApiParameter("after", str, description="Go on after this one; `next` of the page before holds it."),
]
AS_OF = OpenApiParameter(
    "as_of",
    OpenApiTypes.DATE,
    description="The list as it legally stood when that London day ended, as it is known now or was at `known_at`. "
    "A correction says what was right all along; what the list said then is asked for with `known_at`.",
)
KNOWN_AT = OpenApiParameter(
    "known_at",
    OpenApiTypes.DATETIME,
    description="As it was recorded at that instant: by the newest edition issued by then. The instant at which an edition "
    "was issued gives exactly its entries.",
)


class NotKnown(APIException):
    """The question is understood, and has no answer: it is about a time of which nothing is known."""

    status_code = 404
    default_code = "not_known"


def problems(*codes: int) -> dict[Any, Any]:
    """Name the errors of a call for the schema."""
    return {(code, "application/problem+json"): PROBLEM for code in (*codes, 406, 429)}


def newest_edition() -> str | None:
    """The edition that the public sees, as people write it; None before the first."""
    number = Edition.objects.placed().aggregate(Max("number"))["number__max"]
    return format_edition(number) if number else None


def edition_named(name: str, editions: QuerySet[Edition]) -> Edition:
    """Give a placed edition by its number as people write it, or the newest for `latest`. Raises Http404."""
    placed = editions.filter(placement__isnull=False)
    if name == LATEST:
        newest = placed.order_by("-number").first()
        if newest is None:
            raise Http404
        return newest
    return get_object_or_404(placed, number=EditionNumber().to_python(name))


class AnyMediaType(BaseContentNegotiation):
    """Stored bytes have one media type each; what a reader asks for beside that is passed over."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """Nothing is sent to a read."""
        return None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """Errors are written as everywhere."""
        return renderers[0], renderers[0].media_type


class Editions(GenericAPIView):
    """Every edition, newest first."""

    throttle_scope = "public"
    filters = frozenset[str]()

    @extend_schema(
        operation_id="editions", parameters=PAGING, responses={200: outputs.EditionPage, **problems(400, 422)}
    )
    def get(self, request: Request) -> Response:
        """Give a page of editions."""
        newest = newest_edition()
        rows = self.filter_queryset(with_everything_told(Edition.objects.placed()).order_by("-number"))
        page = [described(edition, newest, request) for edition in self.paginate_queryset(rows)]
        return self.get_paginated_response(page)

    def matching(self, rows: QuerySet[Edition], asked: dict[str, str]) -> QuerySet[Edition]:
        """Nothing is asked but the page."""
        return rows

    def after(self, rows: QuerySet[Edition], place: str) -> QuerySet[Edition]:
        """The editions older than one."""
        return rows.filter(number__lt=edition_asked(place, "after"))

    def place_of(self, edition: dict[str, Any] | Edition) -> str:
        """The edition's number."""
        return str(edition)


class EditionDetail(APIView):
    """One edition."""

    throttle_scope = "public"

    @extend_schema(operation_id="edition", responses={200: outputs.Edition, **problems(404)})
    def get(self, request: Request, edition: str) -> Response:
        """Give an edition without its bytes: digests, counts, limbs, and where the bytes are."""
        found = edition_named(edition, with_everything_told(Edition.objects.all()))
        return Response(described(found, newest_edition(), request))


class EditionBytes(APIView):
    """The stored bytes of an edition, for whoever comes with a token; without one they are answered earlier."""

    throttle_scope = "public"
    content_negotiation_class = AnyMediaType

    @extend_schema(
        operation_id="edition_form",
        parameters=[
            OpenApiParameter("form", str, OpenApiParameter.PATH, enum=["csv", "full", "json", "manifest"]),
            OpenApiParameter(
                "If-None-Match",
                str,
                OpenApiParameter.HEADER,
                description="The ETag of the bytes that you hold.",
            ),
        ],
        responses={
            (200, "text/csv"): OpenApiTypes.BINARY,
            (200, "application/json"): OpenApiTypes.OBJECT,
            (200, "application/jose+json"): OpenApiTypes.OBJECT,
            304: OpenApiResponse(None, "You hold these bytes."),
            (404, "application/problem+json"): PROBLEM,
            (401, "application/problem+json"): PROBLEM,
            (429, "application/problem+json"): PROBLEM,
        },
    )
    def get(self, request: Request, edition: str, form: str) -> HttpResponse:
        """Give the bytes. A pull of the manifest with the DCC's token is its receipt of the edition (F2.9, A-20)."""
        found = find_form(edition, form)
        if found is None:
            raise Http404
        if form == "manifest" and request.method == "GET" and acknowledges(request):
            pulled = Edition.objects.defer("manifest").get(number=found.edition)
            publication.record_pull(edition=pulled, client=request.user, at=clock.now())
        return stored_answer(request, found, asked=edition)

    @extend_schema(exclude=True)
    def head(self, request: Request, edition: str, form: str) -> HttpResponse:
        """Give what `get` would, without the bytes; nobody has received anything by it."""
        return self.get(request, edition, form)


def acknowledges(request: Request) -> bool:
    """Whether a token speaks for the DCC on receipts: the role alone is not enough, the token must have the scope."""
    token = request.auth
    return bool(
        token and token.is_valid([RECEIPT_SCOPE]) and permitted(request.user, Duty.ACKNOWLEDGE_EDITION)
    )


class Entries(GenericAPIView):
    """The entries of the newest edition, or of an earlier day."""

    throttle_scope = "public"
    filters = frozenset(COLUMNS) | {"as_of", "known_at"}

    @extend_schema(
        operation_id="entries",
        parameters=[
            *(OpenApiParameter(name, str, description=column.help) for name, column in COLUMNS.items()),
            AS_OF,
            KNOWN_AT,
            *PAGING,
        ],
        responses={200: outputs.EntryPage, **problems(400, 404, 422)},
    )
    def get(self, request: Request) -> Response:
        """Give a page of entries, in ascending number. Removed ones stand among them: the status decides (Z6.11)."""
        rows = self.filter_queryset(PublishedEntry.objects.none())
        page = self.paginate_queryset(rows)
        if page and self.view.newest and page[0][2] != self.view.newest.number and not self.view.is_now:
            return self.get(request)  # an edition was placed in between
        answer = self.get_paginated_response([Fragment(text) for _, text, _ in page])
        return Response({"edition": self.edition(page), **asked_in(self.view), **answer.data})

    def matching(self, rows: QuerySet[PublishedEntry], asked: dict[str, str]) -> Any:
        """The numbers and records that answer to every column asked for."""
        self.view = view_asked(asked.pop("as_of", None), asked.pop("known_at", None))
        values = cleaned(asked)
        rows = self.view.entries().order_by("number")
        for name, value in values.items():
            rows = rows.filter(**COLUMNS[name].lookups(value))
        # The edition comes with the rows, in one statement: it can never name another than the one they are of. The
        # record goes through as text, since nothing here reads it.
        newest = Edition.objects.placed().order_by("-number").values("number")[:1]
        return rows.annotate(text=Cast("record", TextField()), newest=Subquery(newest)).values_list(
            "number", "text", "newest"
        )

    def after(self, rows: Any, place: str) -> Any:
        """The rows beyond an entry number."""
        return rows.filter(number__gt=cleaned({"entry": place})["entry"])

    def place_of(self, row: tuple[Any, ...]) -> str:
        """The entry's number."""
        return f"{row[0]:06d}"

    def edition(self, page: list[Any]) -> str | None:
        """The edition that the page is of."""
        if self.view.known_at is not None:
            return str(self.view.edition)
        return format_edition(page[0][2]) if page else newest_edition()


class EntryDetail(APIView):
    """One entry."""

    throttle_scope = "public"

    @extend_schema(
        operation_id="entry",
        parameters=[AS_OF, KNOWN_AT],
        responses={200: outputs.EntryAnswer, **problems(400, 404, 422)},
    )
    def get(self, request: Request, number: int) -> Response:
        """Give an entry as the newest edition says it, as it stood on a day, or as it was known at an instant."""
        asked = only(request.query_params.dict(), ["as_of", "known_at"])
        view = view_asked(asked.get("as_of"), asked.get("known_at"))
        newest = Edition.objects.placed().order_by("-number").values("number")[:1]
        found = get_object_or_404(view.entries().annotate(newest=Subquery(newest)), pk=number)
        if view.newest and found.newest != view.newest.number and not view.is_now:
            return self.get(request, number)  # an edition was placed in between
        edition = str(view.edition) if view.known_at else format_edition(found.newest)
        held = held_back(f"{number:06d}") if view.is_now else None
        body = {"entry": found.record, "held_back": told_of(held) if held else None}
        return Response({"edition": edition, **asked_in(view), **body})


def told_of(held: NotLoaded) -> dict[str, Any]:
    """Tell that the DCC holds an entry back."""
    return {"since": held.since, "edition": format_edition(held.edition), "reason": held.reason}


def view_asked(as_of: str | None, known_at: str | None) -> View:
    """Give what is known of the list as of a day, as recorded at an instant, from the two parameters as they came.

    Raises Refusal for what is no day or no instant, and NotKnown for a time of which nothing is known.
    """
    day, instant = day_asked(as_of, "as_of"), instant_asked(known_at, "known_at")
    if day is None and instant is None:
        return NOW  # which asks nothing of the database
    view = look_at(as_of=day, known_at=instant, at=clock.now())
    if view.unknown:
        raise NotKnown(view.unknown)
    return view


def asked_in(view: View) -> dict[str, Any]:
    """Say back what was asked of another time; nothing for the present."""
    named = {"as_of": view.as_of, "known_at": view.known_at}
    return {name: value for name, value in named.items() if value is not None}


def edition_asked(text: str, field: str) -> int:
    """Read the number of an edition from a parameter. Raises Refusal, naming the parameter."""
    try:
        return parse_edition(text)
    except Refusal as refusal:
        refuse_any(renamed(refusal.each, {}, field))
        raise
