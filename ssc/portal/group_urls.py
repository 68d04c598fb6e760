"""Addresses of the Working Groups, below `/portal/working-groups/`."""

from django.urls import path

from ssc.portal import groups

urlpatterns = [
    path("", groups.groups, name="working-groups"),
    path("terms/", groups.terms, name="group-terms"),
    path("<int:pk>/", groups.group, name="working-group"),
    path("<int:pk>/proposals/<int:proposal_pk>/", groups.considered, name="group-proposal"),
    path("<int:pk>/papers/<int:paper_pk>/", groups.paper, name="group-paper"),
    path("<int:pk>/members/<int:member_pk>/end/", groups.end, name="end-membership"),
    path("<int:pk>/meetings/<int:meeting_pk>/off/", groups.call_off, name="call-off-meeting"),
    path("<int:pk>/<slug:name>/", groups.step, name="group-step"),
]
