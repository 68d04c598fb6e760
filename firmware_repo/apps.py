"""The Firmware Information Repository."""

from django.apps import AppConfig


class FirmwareRepoConfig(AppConfig):
    """Manufacturers and what they say of each firmware release (Section F2.14)."""

    name = "firmware_repo"
