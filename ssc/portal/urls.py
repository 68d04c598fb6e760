"""Addresses of the SSC's pages, below `/portal/`."""

from django.urls import URLPattern

app_name = "ssc"
urlpatterns: list[URLPattern] = []
