"""The incompatibility matrix in the API (F2.11)."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cpl.api.dcc_lists import whole
from cpl.api.inputs import only
from cpl.api.views import problems
from cpl.models import MatrixVersion
from cpl.rules import matrix as rules
from cpl.services.matrix import newest_matrix, pairs_in, versions_in

VALUES = [value for value, _ in rules.VALUES]


class SpecificationVersion(serializers.Serializer):
    """A Version of a Technical Specification with one GBCS Version (F2.12(b))."""

    specification = serializers.ChoiceField([code for code, _ in rules.SPECIFICATIONS])
    version = serializers.CharField()
    gbcs = serializers.CharField()


class PairSaid(serializers.Serializer):
    """What is known of two Versions, either way round; a pair that is not there is not known (F2.12(a))."""

    a = SpecificationVersion()
    b = SpecificationVersion()
    value = serializers.ChoiceField(VALUES)
    constraints = serializers.CharField(allow_blank=True)
    source = serializers.CharField()


class Matrix(serializers.Serializer):
    """A version of the matrix; nulls before the first."""

    version = serializers.IntegerField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    summary = serializers.CharField(allow_null=True)
    versions = SpecificationVersion(many=True)
    pairs = PairSaid(many=True)


class IncompatibilityMatrix(APIView):
    """The matrix."""

    throttle_scope = "public"

    @extend_schema(
        operation_id="incompatibility_matrix",
        parameters=[
            OpenApiParameter(
                "version", int, description="An earlier version; the newest unless told otherwise."
            )
        ],
        responses={200: Matrix, **problems(400, 404)},
    )
    def get(self, request: Request) -> Response:
        """Give the newest version of the matrix, or an earlier one, each pair once."""
        asked = only(request.query_params.dict(), ["version"]).get("version")
        version = newest_matrix()
        if asked is not None:
            published = MatrixVersion.objects.exclude(published_at=None)
            version = published.filter(number=whole(asked, "version")).first()
            if version is None:
                raise Http404
        if version is None:
            return Response(
                {"version": None, "published_at": None, "summary": None, "versions": [], "pairs": []}
            )
        said_of = pairs_in(version)
        return Response(
            {
                "version": version.number,
                "published_at": version.published_at,
                "summary": version.summary,
                "versions": [_described(each) for each in versions_in(version)],
                "pairs": [
                    {
                        "a": _described(one),
                        "b": _described(other),
                        "value": said.value,
                        "constraints": said.constraint,
                        "source": said.source,
                    }
                    for one, other in sorted(map(_in_order, said_of))
                    for said in [said_of[frozenset({one, other})]]
                ],
            }
        )


def _described(version: rules.Version) -> dict[str, Any]:
    return {"specification": version.specification, "version": version.version, "gbcs": version.gbcs}


def _in_order(both: frozenset[rules.Version]) -> tuple[rules.Version, rules.Version]:
    one, other = sorted(both)
    return one, other
