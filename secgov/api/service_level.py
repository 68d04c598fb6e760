"""How many of the Code's dates were kept, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cpl.api.views import problems
from secgov.journal import clock
from secgov.journal.services.levels import KINDS, OTHER, Missed, service_level


class TallyOut(serializers.Serializer):
    """Duties met and missed."""

    met = serializers.IntegerField()
    missed = serializers.IntegerField()


class MonthOut(TallyOut):
    """One month of London: all kinds together, and apart by the beginning of their clause."""

    month = serializers.CharField(help_text="2026-12")
    kinds = serializers.DictField(child=TallyOut())


class MissedOut(serializers.Serializer):
    """A duty that was not done by its due instant."""

    clause = serializers.CharField()
    duty = serializers.CharField()
    due_at = serializers.DateTimeField(help_text="The first instant that was too late.")
    late_by_seconds = serializers.IntegerField()
    still_open = serializers.BooleanField()
    explanation = serializers.CharField(allow_blank=True)


class ServiceLevelOut(TallyOut):
    """Twelve months, the current one last."""

    at = serializers.DateTimeField()
    worst_lateness_seconds = serializers.IntegerField(allow_null=True)
    overdue_now = serializers.IntegerField()
    last_heartbeat = serializers.DateTimeField(allow_null=True)
    months = MonthOut(many=True)
    missed_duties = MissedOut(many=True)


class ServiceLevel(APIView):
    """Duties met and missed, worst lateness, last heartbeat."""

    throttle_scope = "public"

    @extend_schema(operation_id="service_level", responses={200: ServiceLevelOut, **problems()})
    def get(self, request: Request) -> Response:
        """Count as of now. What a Party owes is not counted here, nor what fell away in its time for a stated reason."""
        level = service_level(at=clock.now())
        worst, total = level.worst, level.total
        body = {
            "at": level.at,
            "met": total.met,
            "missed": total.missed,
            "worst_lateness_seconds": int(worst.late_by.total_seconds()) if worst else None,
            "overdue_now": len(level.overdue),
            "last_heartbeat": level.last_beat.finished_at if level.last_beat else None,
            "months": [
                {
                    "month": f"{month.first:%Y-%m}",
                    "met": month.total.met,
                    "missed": month.total.missed,
                    "kinds": {
                        kind: {"met": month.kinds[kind].met, "missed": month.kinds[kind].missed}
                        for kind in (*KINDS, OTHER)
                    },
                }
                for month in level.months
            ],
            "missed_duties": [_missed(each) for each in level.missed],
        }
        return Response(ServiceLevelOut(body).data)


def _missed(each: Missed) -> dict[str, object]:
    return {
        "clause": each.obligation.clause,
        "duty": each.obligation.duty,
        "due_at": each.obligation.due_at,
        "late_by_seconds": int(each.late_by.total_seconds()),
        "still_open": each.still_open,
        "explanation": each.explanation,
    }
