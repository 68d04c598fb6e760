"""The admin's own site: the Secretariat's desk."""

from django.contrib.admin.apps import AdminConfig

from secgov import celery as celery  # whoever queues a task is to use our broker
from secgov import checks as checks  # registered by being imported


class SecretariatAdminConfig(AdminConfig):
    """Puts the Secretariat's site in place of Django's."""

    default_site = "secgov.admin.SecretariatSite"
