"""Addresses of what the SSC asks of Parties, and of the SSC's pages of plans, below `/portal/`."""

from django.urls import path

from ssc.portal import judging, planning, plans, ssc_plans

PLAN = "plans/<slug:reference>"
SSC_PLAN = "ssc/plans/<slug:reference>"
urlpatterns = [
    path("plans/", plans.asks, name="asks"),
    path("plans/requests/<int:pk>/", plans.reply, name="asked"),
    path("plans/requests/<int:pk>/documents/<int:document>/", plans.reply_document, name="asked-document"),
    path(f"{PLAN}/", plans.plan, name="plan"),
    path(f"{PLAN}/propose/", planning.propose, name="propose"),
    path(f"{PLAN}/versions/<int:number>/", plans.version, name="plan-version"),
    path(f"{PLAN}/report/", planning.report, name="report"),
    path(f"{PLAN}/milestones/<int:number>/evidence/", planning.evidence, name="evidence"),
    path(f"{PLAN}/notices/<int:number>/remedied/", planning.remedied, name="remedied"),
    path(f"{PLAN}/documents/<int:pk>/", plans.document, name="plan-document"),
    path("ssc/plans/", ssc_plans.ssc_plans, name="ssc-plans"),
    path(f"{SSC_PLAN}/", ssc_plans.ssc_plan, name="ssc-plan"),
    path(f"{SSC_PLAN}/versions/<int:number>/", ssc_plans.ssc_version, name="ssc-plan-version"),
    path(f"{SSC_PLAN}/documents/<int:pk>/", ssc_plans.ssc_document, name="ssc-plan-document"),
    path(f"{SSC_PLAN}/comment/", judging.comment, name="comment-plan"),
    path(f"{SSC_PLAN}/decide/", judging.decide, name="decide-plan"),
    path(f"{SSC_PLAN}/ask/", judging.ask_progress, name="ask-progress"),
    path(f"{SSC_PLAN}/find/", judging.find, name="find-plan"),
    path(f"{SSC_PLAN}/notice/", judging.notice, name="notice-plan"),
    path(f"{SSC_PLAN}/notices/<int:number>/time/", judging.suspend, name="suspend"),
    path(f"{SSC_PLAN}/period/", judging.period, name="period-plan"),
    path(f"{SSC_PLAN}/minute/", judging.minute, name="minute-plan"),
    path(f"{SSC_PLAN}/minuted/<int:pk>/", judging.decide_minuted, name="decide-minuted"),
    path(f"{SSC_PLAN}/end/", judging.end, name="end-plan"),
]
