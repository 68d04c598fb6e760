"""Addresses of the pages that belong to no app."""

from django.urls import path

from secgov.web import clause_page, health, joining, pages, registering, search, service_level

urlpatterns = [
    path("", pages.home, name="home"),
    path("clauses/", clause_page.show, name="clauses"),
    path("guidance/", pages.guidance, name="guidance"),
    path("guidance/accessibility/", pages.accessibility, name="accessibility"),
    path("guidance/privacy/", pages.privacy, name="privacy"),
    path("service-level/", service_level.show, name="service-level"),
    path("guidance/<slug:readers>/", pages.guidance_for, name="guidance-for"),
    path("register/", registering.register, name="register-organisation"),
    path("register/confirm/<slug:token>/", registering.confirm, name="confirm-registration"),
    path("invitations/<slug:token>/", joining.accept, name="invitation"),
    path("portal/search/", search.search_work, name="search-work"),
    path("after-sign-in/", pages.after_sign_in, name="after-sign-in"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
