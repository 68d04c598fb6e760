"""Addresses of the SSC's public pages."""

from django.urls import path

from ssc.web import method, register, tracker

app_name = "ssc-public"
urlpatterns = [
    path("proposals/", tracker.proposals, name="proposals"),
    path("proposals/<slug:reference>/", tracker.proposal, name="proposal"),
    path("security-characteristics/", register.register, name="register"),
    path("security-characteristics/<slug:slug>/", register.characteristic, name="characteristic"),
    path("guidance/security-characteristics/", method.method, name="method"),
    path("guidance/security-characteristics/<int:pk>/", method.guidance, name="guidance"),
]
