"""Addresses of the portal."""

from django.urls import path

from cpl.portal import (
    certificates,
    contacts,
    documents,
    home,
    images,
    notices,
    people,
    steps,
    submissions,
    upgrade_path,
    warning_answers,
)

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("submissions/", submissions.submissions, name="submissions"),
    path("submissions/new/", submissions.start, name="start"),
    path("submissions/<slug:reference>/", submissions.submission, name="submission"),
    path("submissions/<slug:reference>/certificates/", certificates.certificates, name="certificates"),
    path("submissions/<slug:reference>/certificates/new/", certificates.certificate, name="new-certificate"),
    path("submissions/<slug:reference>/certificates/<int:pk>/", certificates.certificate, name="certificate"),
    path(
        "submissions/<slug:reference>/certificates/<int:pk>/remove/",
        certificates.remove,
        name="remove-certificate",
    ),
    path(
        "submissions/<slug:reference>/warnings/<slug:fingerprint>/",
        warning_answers.answer,
        name="answer-warning",
    ),
    path("submissions/<slug:reference>/image/file/", images.image_file, name="image-file"),
    path("submissions/<slug:reference>/upgrade/", upgrade_path.upgrade_path, name="upgrade-path"),
    path("submissions/<slug:reference>/check/", submissions.check, name="check"),
    path("submissions/<slug:reference>/done/", submissions.done, name="done"),
    path("submissions/<slug:reference>/withdraw/", submissions.take_back, name="withdraw"),
    path("submissions/<slug:reference>/<slug:slug>/", steps.step, name="step"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<int:pk>/", notices.notice, name="notice"),
    path("notices/<int:pk>/read/", notices.mark_read, name="read-notice"),
    path("people/", people.people, name="people"),
    path("people/<int:pk>/role/", people.change_role, name="change-role"),
    path("people/<int:pk>/retire/", people.retire, name="retire-person"),
    path("people/invitations/<int:pk>/withdraw/", people.withdraw, name="withdraw-invitation"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/<int:pk>/retire/", contacts.retire, name="retire-contact"),
]
