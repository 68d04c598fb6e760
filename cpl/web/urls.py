"""Addresses of the public pages of the list."""

from django.urls import path

from cpl.web import register

urlpatterns = [
    path("cpl/", register.register, name="register"),
]
