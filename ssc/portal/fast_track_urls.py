"""Addresses of the fast track, below `/portal/fast-track/`."""

from django.urls import path

from ssc.portal import fast_track, fast_track_request

urlpatterns = [
    path("", fast_track.home, name="fast-track"),
    path("new/", fast_track.new, name="new-fast-track"),
    path("notifications/", fast_track.notifications, name="vulnerabilities"),
    path("notifications/<slug:reference>/", fast_track.notification, name="vulnerability"),
    path("queue/", fast_track.plan, name="plan-test"),
    path("queue/<int:pk>/", fast_track.slot, name="test-slot"),
    path("<slug:reference>/", fast_track_request.show, name="fast-track-request"),
    path("<slug:reference>/documents/<int:pk>/", fast_track_request.document, name="fast-track-document"),
    path("<slug:reference>/<slug:name>/", fast_track_request.step, name="fast-track-step"),
]
