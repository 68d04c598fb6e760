"""Documents: bytes kept in the database, each with its classification and its readers."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Content-addressed documents."""

    name = "secgov.documents"
    label = "documents"
