"""Addresses of the list in the API."""

from django.urls import path, re_path

from cpl.api import changes, dcc_lists, loading, matrix, proof, receipts, status, views
from cpl.api.stored import EDITION_IN_ADDRESSES, MEDIA_TYPES

_EDITION = rf"^cpl/editions/(?P<edition>{EDITION_IN_ADDRESSES})/"

urlpatterns = [
    path("cpl/editions/", views.Editions.as_view(), name="api-editions"),
    re_path(rf"{_EDITION}\Z", views.EditionDetail.as_view(), name="api-edition"),
    re_path(
        rf"{_EDITION}(?P<form>{'|'.join(MEDIA_TYPES)})/?\Z",
        views.EditionBytes.as_view(),
        name="api-edition-bytes",
    ),
    re_path(rf"{_EDITION}receipt/\Z", receipts.Receipts.as_view(), name="api-receipt"),
    path("cpl/freshness", proof.Freshness.as_view(), name="api-freshness"),
    path("cpl/changes/", changes.Changes.as_view(), name="api-changes"),
    path("cpl/compare/<edition:first>/<edition:second>/", changes.Compare.as_view(), name="api-compare"),
    path("cpl/entries/", views.Entries.as_view(), name="api-entries"),
    path("cpl/entries/<entry:number>/", views.EntryDetail.as_view(), name="api-entry"),
    path("cpl/held-back/", loading.HeldBackEntries.as_view(), name="api-held-back"),
    path("cpl/status/", status.DeviceStatus.as_view(), name="api-status"),
    path("deployed-products/", dcc_lists.DeployedProducts.as_view(), name="api-deployed-products"),
    path("deployed-products/counts/", dcc_lists.Counts.as_view(), name="api-deployed-counts"),
    path("smets1/eligible/", dcc_lists.EligibleCombinations.as_view(), name="api-smets1-eligible"),
    path("smets1/pending/", dcc_lists.PendingCombinations.as_view(), name="api-smets1-pending"),
    path("incompatibility-matrix/", matrix.IncompatibilityMatrix.as_view(), name="api-matrix"),
    path("keys/", proof.Keys.as_view(), name="api-keys"),
]
