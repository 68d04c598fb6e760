"""Addresses of the docket, its cases, and the Committee's own pages, below `/portal/ssc/`."""

from django.urls import path
from django.views.generic import RedirectView

from ssc.portal import agenda, case_acts, cases, committee, determining

CASE = "cases/<slug:reference>"
urlpatterns = [
    path("", cases.docket, name="docket"),
    path(f"{CASE}/", cases.case, name="case"),
    path(f"{CASE}/triage/", case_acts.triage_case, name="triage"),
    path(f"{CASE}/ask/", case_acts.ask, name="ask"),
    path(f"{CASE}/requests/<int:pk>/remind/", case_acts.remind, name="remind"),
    path(f"{CASE}/requests/<int:pk>/withdraw/", case_acts.withdraw, name="withdraw-request"),
    path(f"{CASE}/note/", case_acts.note, name="note"),
    path(f"{CASE}/conflict/", case_acts.conflict, name="conflict"),
    path(f"{CASE}/conflicts/<int:pk>/end/", case_acts.end_conflict, name="end-conflict"),
    path(f"{CASE}/invite/", case_acts.invite, name="invite"),
    path(f"{CASE}/guests/<int:pk>/end/", case_acts.end_invitation, name="end-invitation"),
    path(f"{CASE}/impact/", case_acts.compute, name="impact"),
    path(f"{CASE}/impact/<int:number>/", cases.paper, name="paper"),
    path(f"{CASE}/impact/<int:number>.csv", cases.paper_csv, name="paper-csv"),
    path(f"{CASE}/determine/", determining.determine, name="determine"),
    path(f"{CASE}/determine/drop/", case_acts.drop, name="drop-determination"),
    path(f"{CASE}/decide/", determining.decide, name="decide"),
    path(f"{CASE}/documents/<int:pk>/", cases.document, name="case-document"),
    path("determinations/", committee.determinations, name="determinations"),
    path("determinations/new/", RedirectView.as_view(pattern_name="ssc:docket"), name="record-determination"),
    path("determinations/<int:pk>/", committee.determination, name="determination"),
    path("information/", committee.information, name="information"),
    path("meetings/", committee.meetings, name="meetings"),
    path("meetings/<int:pk>/", agenda.meeting, name="meeting"),
    path("meetings/<int:pk>/call-off/", agenda.call_off, name="call-off"),
    path("meetings/<int:pk>/items/<int:item>/off/", agenda.take_off, name="take-off-agenda"),
    path("members/", committee.members, name="members"),
    path("members/<int:pk>/end/", committee.end_a_seat, name="end-seat"),
]
