"""Organisations, people and registrations on the Secretariat's desk."""

from secgov.accounts.admin import registrations
from secgov.accounts.admin.reference import KeptAdmin, KeptForm, keeps_reference_data

__all__ = ["KeptAdmin", "KeptForm", "keeps_reference_data", "registrations"]
