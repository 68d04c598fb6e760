"""Every address of the site. Each app's edges name their own."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("ssc.web.urls")),  # before the guidance for readers, whose names would take its own
    path("", include("secgov.web.urls")),
    path("", include("cpl.web.urls")),
    path("portal/", include("cpl.portal.urls")),
    path("portal/", include("ssc.portal.urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("secgov.api.urls")),
]
handler400 = "secgov.web.errors.bad_request"
handler403 = "secgov.web.errors.forbidden"
handler404 = "secgov.web.errors.not_found"
handler500 = "secgov.web.errors.server_error"
