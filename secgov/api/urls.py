"""Addresses of the API. What stands nowhere is answered in the API's own way of telling errors."""

from django.urls import include, path, re_path

from firmware_repo import api as firmware_repo
from secgov.api import problems, schema, service_level, tokens

urlpatterns = [
    path("api/v1/", include("cpl.api.urls")),
    path("api/v1/fir/", firmware_repo.Releases.as_view(), name="api-releases"),
    re_path(
        r"^api/v1/fir/(?P<number>[0-9]{6})/\Z", firmware_repo.ReleaseDetail.as_view(), name="api-release"
    ),
    path("api/v1/service-level/", service_level.ServiceLevel.as_view(), name="api-service-level"),
    path("api/v1/schema/", schema.Schema.as_view(), name="api-schema"),
    path("api/v1/docs/", schema.Docs.as_view(url_name="api-schema"), name="api-docs"),
    re_path(r"^api/", problems.nothing_here),
    path("o/token/", tokens.ClientTokenView.as_view(), name="token"),
    path("o/revoke_token/", tokens.ClientRevokeView.as_view(), name="revoke-token"),
]
