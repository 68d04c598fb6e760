"""What proves an edition besides its manifest: the keys that sign, and which edition is the newest."""

import hashlib

from django.http import Http404, HttpResponse, HttpResponseNotModified
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cpl.api import outputs
from cpl.api.stored import MANIFEST, MEDIA_TYPES
from cpl.api.views import PROBLEM, AnyMediaType, problems
from cpl.models import SigningKey
from cpl.services import publication

FRESH_FOR_SECONDS = 60


class Keys(APIView):
    """The public keys."""

    throttle_scope = "public"

    @extend_schema(operation_id="keys", responses={200: outputs.KeySet, **problems()})
    def get(self, request: Request) -> Response:
        """Give the keys that sign manifests, as a JWK set. The first one's fingerprint is given out of band as well."""
        rows = SigningKey.objects.order_by("-valid_from")
        keys = [
            {
                **row.public_jwk,
                "valid_from": row.valid_from,
                "valid_to": row.valid_to,
                "signed_by_predecessor": row.signed_by_predecessor,
            }
            for row in rows
        ]
        return Response({"keys": keys})


class Freshness(APIView):
    """The freshness statement."""

    throttle_scope = "public"
    content_negotiation_class = AnyMediaType

    @extend_schema(
        operation_id="freshness",
        responses={
            (200, "application/jose+json"): OpenApiTypes.OBJECT,
            304: OpenApiResponse(None, "You hold these bytes."),
            (404, "application/problem+json"): PROBLEM,
            (401, "application/problem+json"): PROBLEM,
            (429, "application/problem+json"): PROBLEM,
        },
    )
    def get(self, request: Request) -> HttpResponse:
        """Give the newest signed statement of which edition is the newest; it is made every hour and holds 26 hours."""
        said = publication.newest_statement()
        if said is None:
            raise Http404
        data = bytes(said.statement)
        etag = f'"{hashlib.sha256(data).hexdigest()}"'
        answer: HttpResponse = (
            HttpResponseNotModified()
            if request.headers.get("If-None-Match") == etag
            else HttpResponse(data, content_type=MEDIA_TYPES[MANIFEST][0])
        )
        answer.headers["ETag"] = etag
        answer.headers["Cache-Control"] = f"public, max-age={FRESH_FOR_SECONDS}"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer
