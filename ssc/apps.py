"""What the Security Sub-Committee decides."""

from django.apps import AppConfig


class SscConfig(AppConfig):
    """Determinations, Remedial Plans, referrals, Security Characteristics, the fast track."""

    name = "ssc"
    verbose_name = "Security Sub-Committee"
