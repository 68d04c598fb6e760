"""The DCC's receipts of editions (F2.9)."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from oauth2_provider.contrib.rest_framework import TokenHasScope
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cpl.api import inputs, outputs
from cpl.api.inputs import renamed
from cpl.api.views import RECEIPT_SCOPE, edition_named, problems
from cpl.models import Edition
from cpl.services import publication
from secgov.accounts.permissions import Duty, require
from secgov.errors import Refusal, refuse_any
from secgov.journal import clock
from secgov.journal.services import answer_once

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="Any text of your own. The same call with the same key gets the same answer and changes nothing.",
)


class Receipts(APIView):
    """What the DCC says of an edition."""

    permission_classes = [TokenHasScope]
    required_scopes = [RECEIPT_SCOPE]
    throttle_scope = "write"

    @extend_schema(
        operation_id="receipt",
        parameters=[IDEMPOTENCY_KEY],
        request=inputs.Receipt,
        responses={
            200: outputs.ReceiptAnswer,
            201: outputs.ReceiptAnswer,
            **problems(400, 401, 403, 404, 413, 415, 422),
        },
    )
    def post(self, request: Request, edition: str) -> Response:
        """Record that the DCC received an edition, loaded it, or loaded it in part.

        The first sign of receipt starts the 24 hours of F2.9, `loaded` ends them. 201 where something was recorded,
        200 where it was known.
        """
        require(request.user, Duty.ACKNOWLEDGE_EDITION)
        found = edition_named(edition, Edition.objects.defer("manifest"))
        form = inputs.Receipt(data=request.data)
        form.is_valid(raise_exception=True)
        at = clock.now()

        def record() -> tuple[int, dict[str, Any]]:
            return _record(found, form.validated_data, request, at)

        status, body = answer_once(
            client=str(request.user.key),
            key=request.headers.get("Idempotency-Key"),
            request={"receipt": str(found), **form.validated_data},
            at=at,
            act=record,
        )
        return Response(body, status=status)


def _record(edition: Edition, said: dict[str, Any], request: Request, at: Any) -> tuple[int, dict[str, Any]]:
    try:
        result = publication.record_receipt(
            edition=edition,
            kind=said["state"],
            manifest_sha256=said["manifest_sha256"],
            holdbacks={each["entry"]: each["reason"] for each in said.get("not_loaded", [])},
            client=request.user,
            at=at,
        )
    except Refusal as refusal:
        refuse_any(renamed(refusal.each, {"kind": "state", "holdbacks": "not_loaded"}))
        raise
    receipt = result.receipt
    return 201 if result.created else 200, {
        "edition": str(edition),
        "state": receipt.kind,
        "at": receipt.at.isoformat().replace("+00:00", "Z"),
        "recorded": result.created,
        "superseded": result.superseded,
    }
