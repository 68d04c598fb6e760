"""Addresses of the SSC's pages, below `/portal/`."""

from django.urls import include, path

from ssc.portal import advice, authority, referrals

app_name = "ssc"
urlpatterns = [
    path("", include("ssc.portal.proposal_urls")),
    path("", include("ssc.portal.plan_urls")),
    path("ssc/", include("ssc.portal.case_urls")),
    path("fast-track/", include("ssc.portal.fast_track_urls")),
    path("working-groups/", include("ssc.portal.group_urls")),
    path("ssc/scheme/", advice.scheme, name="scheme"),
    path("authority-advice/", advice.advice, name="advice"),
    path("authority-advice/<slug:reference>/", advice.given, name="advice-given"),
    path("referrals/", referrals.referrals, name="referrals"),
    path("referrals/new/", referrals.new, name="new-referral"),
    path("referrals/<slug:reference>/", referrals.referral, name="referral"),
    path("referrals/<slug:reference>/print/", referrals.paper, name="referral-paper"),
    path("referrals/<slug:reference>/bundle.zip", referrals.bundle, name="referral-bundle"),
    path("referrals/<slug:reference>/documents/<int:pk>/", referrals.document, name="referral-document"),
    path("referrals/<slug:reference>/documents/add/", referrals.add_document, name="add-referral-document"),
    path("referrals/<slug:reference>/grounds/", referrals.change, name="change-referral"),
    path("referrals/<slug:reference>/lodge/", referrals.lodge, name="lodge-referral"),
    path("referrals/<slug:reference>/withdraw/", referrals.withdraw, name="withdraw-referral"),
    path("referrals/<slug:reference>/answer/", authority.answer, name="answer-referral"),
    path("referrals/<slug:reference>/stay/", authority.stay, name="stay-referral"),
    path("referrals/<slug:reference>/stays/<int:pk>/end/", authority.finish_stay, name="end-stay"),
]
