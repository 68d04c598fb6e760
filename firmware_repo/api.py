"""The Firmware Information Repository for programs: with a token or signed in, unless the setting opens it (A-67)."""

from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from firmware_repo.models import FirmwareRecord
from secgov.accounts.permissions import Duty, permitted

SCOPE = "fir:read"


class Contact(serializers.Serializer):
    """Whom to ask about a release (F2.15(b))."""

    email = serializers.CharField()
    phone = serializers.CharField()
    address = serializers.CharField()


class Release(serializers.Serializer):
    """A release, under the number of the entry that it belongs to (F2.15)."""

    fir = serializers.RegexField(r"^[0-9]{6,}$", help_text="The CPL number.")
    entry = serializers.RegexField(
        r"^[0-9]{6,}$", help_text="The entry of the list: the same number (F2.16)."
    )
    on_list = serializers.BooleanField(
        help_text="Whether the entry is on the list; a removed one keeps its release."
    )
    manufacturer = serializers.CharField()
    manufacturer_name = serializers.CharField(allow_blank=True)
    contact = Contact()
    release_notes = serializers.CharField()
    released_on = serializers.DateField(allow_null=True)
    upgrades_from = serializers.JSONField(
        allow_null=True,
        help_text="The entries whose Devices may be upgraded to this firmware, as a list of CPL numbers; “N/A” where none "
        "may, null where it was not stated.",
    )
    recorded_at = serializers.DateTimeField()


class ReleasePage(serializers.Serializer):
    """Releases, newest number first."""

    results = Release(many=True)
    next = serializers.URLField(allow_null=True)


class MayReadRepository(BasePermission):
    """Whoever may read the repository: by role, and a token by its scope too."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Say whether this request may read."""
        if settings.FIR_PUBLIC:
            return True
        token = request.auth
        if token is not None and not token.allow_scopes([SCOPE]):
            return False
        return permitted(request.user, Duty.READ_FIRMWARE_REPOSITORY) is not None


class _Repository(GenericAPIView):
    # A session may read here, as on the pages; nothing of the API can be written with one.
    authentication_classes = [*api_settings.DEFAULT_AUTHENTICATION_CLASSES, SessionAuthentication]
    permission_classes = [MayReadRepository]
    throttle_scope = "client"


def _problems(*codes: int) -> dict[Any, Any]:
    said = OpenApiResponse(
        {"type": "object", "additionalProperties": True},
        "Something is wrong with the call; `detail` says what.",
    )
    return {(code, "application/problem+json"): said for code in (401, 403, *codes, 406, 429)}


class Releases(_Repository):
    """Every release."""

    filters = frozenset({"manufacturer"})

    @extend_schema(
        operation_id="releases",
        parameters=[
            OpenApiParameter("manufacturer", str, description="Four hexadecimal digits."),
            OpenApiParameter(
                "limit", int, description="How many to a page, 1 to 1000; 100 unless told otherwise."
            ),
            OpenApiParameter(
                "after", str, description="Go on after this number; `next` of the page before holds it."
            ),
        ],
        responses={200: ReleasePage, **_problems(400)},
    )
    def get(self, request: Request) -> Response:
        """Give a page of releases, newest number first."""
        page = self.paginate_queryset(self.filter_queryset(_releases()))
        return self.get_paginated_response([_described(each) for each in page or []])

    def matching(self, rows: QuerySet[FirmwareRecord], asked: dict[str, str]) -> QuerySet[FirmwareRecord]:
        """The releases of one manufacturer, where one was asked for."""
        if "manufacturer" not in asked:
            return rows
        identifier = asked["manufacturer"].strip().upper()
        if len(identifier) != 4 or not set(identifier) <= set("0123456789ABCDEF"):
            raise ValidationError({"manufacturer": ["Give four hexadecimal digits, such as 7C18."]})
        return rows.filter(manufacturer=identifier)

    def after(self, rows: QuerySet[FirmwareRecord], place: str) -> QuerySet[FirmwareRecord]:
        """The releases with lower numbers."""
        if not (place.isascii() and place.isdigit() and len(place) <= 9):
            raise ValidationError({"after": ["Give a number, such as 000639."]})
        return rows.filter(pk__lt=int(place))

    def place_of(self, record: FirmwareRecord) -> str:
        """The release's number."""
        return f"{record.pk:06d}"


class ReleaseDetail(_Repository):
    """One release."""

    @extend_schema(operation_id="release", responses={200: Release, **_problems(404)})
    def get(self, request: Request, number: str) -> Response:
        """Give the release of an entry, by its CPL number."""
        return Response(_described(get_object_or_404(_releases(), pk=int(number))))


def _releases() -> QuerySet[FirmwareRecord]:
    # The list stands above: it is asked along its relation to us, by name.
    listed = FirmwareRecord.objects.filter(
        pk=OuterRef("pk"), device_model__periods__closed_at=None, device_model__periods__closed_known_by=None,
        device_model__periods__isnull=False,
    )  # fmt: skip
    return (
        FirmwareRecord.objects.select_related("manufacturer")
        .prefetch_related("upgrade_paths")
        .annotate(on_list=Exists(listed))
        .order_by("-pk")
    )


def _described(record: FirmwareRecord) -> dict[str, Any]:
    number = f"{record.pk:06d}"
    return {
        "fir": number,
        "entry": number,
        "on_list": record.on_list,
        "manufacturer": record.manufacturer_id,
        "manufacturer_name": record.manufacturer.name,
        "contact": {"email": record.email, "phone": record.phone, "address": record.address},
        "release_notes": record.release_notes,
        "released_on": record.released_on,
        "upgrades_from": record.upgrades_from,
        "recorded_at": record.recorded_at,
    }
