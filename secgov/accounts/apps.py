"""Organisations, people, roles, and the table of who may do what."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and organisations."""

    name = "secgov.accounts"
    label = "accounts"
