"""Addresses of proposals and consultations, below `/portal/`."""

from django.urls import path

from ssc.portal import consultations, proposal_acts, proposal_answers, proposals, sc_register

urlpatterns = [
    path("proposals/", proposals.listing, name="proposals"),
    path("proposals/new/", proposals.start, name="start-proposal"),
    path("proposals/e-mailed/", proposals.key_in, name="key-in-proposal"),
    path("proposals/support/<int:pk>/", proposal_answers.support, name="support"),
    path("proposals/<int:pk>/", proposals.show, name="proposal"),
    path("proposals/<int:pk>/form/<slug:slug>/", proposals.step, name="proposal-step"),
    path("proposals/<int:pk>/check/", proposals.check, name="check-proposal"),
    path("proposals/<int:pk>/revise/", proposals.revise, name="revise-proposal"),
    path("proposals/<int:pk>/withdraw/", proposals.withdraw, name="withdraw-proposal"),
    path("proposals/<int:pk>/versions/<int:number>/", proposal_answers.version, name="proposal-version"),
    path("proposals/<int:pk>/print/", proposals.paper, name="proposal-paper"),
    path("proposals/<int:pk>/supporters/<int:support>/drop/", proposals.drop, name="drop-supporter"),
    path("proposals/<int:pk>/original/", proposal_answers.original, name="proposal-original"),
    path("proposals/<int:pk>/decide/", proposal_answers.decide, name="decide-proposal"),
    path("proposals/<int:pk>/report/", proposal_answers.report, name="proposal-report"),
    path("proposals/<int:pk>/report.txt", proposal_answers.report_file, name="proposal-report-file"),
    path("proposals/<int:pk>/act/<slug:slug>/", proposal_acts.act, name="proposal-act"),
    path("consultations/<int:pk>/", consultations.consultation, name="consultation"),
    path("consultations/<int:pk>/answer/<int:response>/", consultations.answer, name="answer-response"),
    path("ssc/security-characteristics/", sc_register.overview, name="sc-register"),
    path("ssc/security-characteristics/<slug:slug>/", sc_register.act, name="sc-register-act"),
]
