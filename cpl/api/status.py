"""Is this Device on the list, and why?"""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cpl.api import outputs
from cpl.api.inputs import only, renamed
from cpl.api.views import problems
from cpl.models import Edition
from cpl.services.status import answer_status
from secgov.errors import Refusal, refuse_any
from secgov.journal import clock
from secgov.time_rules import london_day

QUESTION = {
    "device_type": "Physical Device Type, or CHF or GPF, which are answered from their hub (Z6.10).",
    "manufacturer": "Four hexadecimal digits.",
    "model": "Four hexadecimal digits.",
    "hardware_version": "Two hexadecimal digits.",
    "hardware_revision": "Two hexadecimal digits.",
    "firmware_version": "Eight hexadecimal digits.",
}
_RULE_NAMES = {"manufacturer": "manufacturer_identifier", "model": "model_identifier"}
_OUR_NAMES = {rule: ours for ours, rule in _RULE_NAMES.items()}


class DeviceStatus(APIView):
    """Whether a Device is on the list."""

    throttle_scope = "public"

    @extend_schema(
        operation_id="status",
        parameters=[
            OpenApiParameter(name, str, required=True, description=text) for name, text in QUESTION.items()
        ],
        responses={200: outputs.Status, **problems(400, 422)},
    )
    def get(self, request: Request) -> Response:
        """Answer for the newest issued edition; what is submitted, or not yet issued, is told to those who may see it."""
        asked = only(request.query_params.dict(), QUESTION)
        newest = Edition.objects.placed().order_by("-number").only("number", "issued_on").first()
        # The answer is the newest edition's, even where the clock was set back to before it.
        on = max(london_day(clock.now()), newest.issued_on) if newest else london_day(clock.now())
        fields = {_RULE_NAMES.get(name, name): asked.get(name, "") for name in QUESTION}
        try:
            answer = answer_status(fields=fields, on=on, asker=request.user)
        except Refusal as refusal:
            refuse_any(renamed(refusal.each, _OUR_NAMES))
            raise
        return Response(
            {
                "on_cpl": answer.on_cpl is True,
                "entries": answer.entries,
                "reasons": [{"clause": each.clause, "text": each.text} for each in answer.reasons],
                "edition": str(newest) if newest else None,
            }
        )
