"""Addresses of the public pages of the list."""

from django.urls import path, register_converter

from cpl.web import calendar, comparing, dcc_lists, editions, entries, firmware, matrix, register, status
from cpl.web.converters import EditionNumber, EntryNumber

register_converter(EntryNumber, "entry")
register_converter(EditionNumber, "edition")

urlpatterns = [
    path("cpl/calendar/", calendar.show, name="coming"),
    path("cpl/calendar/coming.<slug:form>", calendar.as_file, name="coming-file"),
    path("cpl/", register.register, name="register"),
    path("cpl/entries/<entry:number>/", entries.entry, name="entry"),
    path("cpl/editions/", editions.editions, name="editions"),
    path("cpl/editions/<edition:number>/", editions.edition, name="edition"),
    path("cpl/changes/", editions.changes, name="changes"),
    path("cpl/changes.atom", comparing.feed, name="changes-feed"),
    path("cpl/compare/", comparing.choose, name="compare-choose"),
    path("cpl/compare/<edition:first>/<edition:second>/", comparing.compare, name="compare"),
    path("cpl/status/", status.status, name="status"),
    path("deployed-products/", dcc_lists.deployed_products, name="deployed-products"),
    path("matrix/", matrix.matrix, name="matrix"),
    path("smets1/", dcc_lists.smets1, name="smets1"),
    path("fir/", firmware.releases, name="firmware-list"),
    path("fir/<entry:number>/", firmware.release, name="firmware"),
]
