"""What tests of the Secretariat's desk have in common: its pages, its forms, and a desk on which everything stands."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from cpl.models import ListChange
from secgov.accounts.models import Organisation, User
from tests.factories import devices, people, publishing

LATER = devices.NOON + dt.timedelta(hours=2)
REASON = {"reason": "Looked at with care."}


def signed_in(user: User) -> Client:
    """A browser in which somebody has signed in."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def text_of(response: Any) -> str:
    """The words of a page, without its markup and with single spaces."""
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(words.split())


def page_of(row: Any) -> str:
    """The address of a row's page on the desk."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def approve_url(*changes: ListChange) -> str:
    """The address of the decision page of some changes."""
    return f"{reverse('admin:cpl_listchange_approve')}?" + "&".join(f"change={each.pk}" for each in changes)


def decision(response: Any, **values: str) -> dict[str, Any]:
    """What the form on the decision page would send, with the person's choice."""
    form = response.context["form"]
    changes = [f"{each.pk}:{each.version}" for each in response.context["changes"]]
    return {"change": changes, "digest": form.initial["digest"], "decision": "approve", **REASON, **values}


def set_everything_up(settings: LazySettings, folder: Path) -> publishing.Stage:
    """An issued edition with a Party that no mail reaches, a change that waits, and a fresh submission."""
    publishing.signing_key(settings, folder)
    stage = publishing.stage(parties=1)
    people.organisation("Silent Party", Organisation.Kind.PARTY)
    publishing.listed(stage.cast)
    publishing.publish(devices.NOON, at_once=True)
    publishing.carry(devices.NOON)
    waiting = devices.submitted(
        stage.cast.manufacturer, stage.cast.maker, firmware_version="05080608", image_hash="cd" * 32
    )
    devices.proposed(waiting, stage.cast.secretariat)
    devices.submitted(
        stage.cast.manufacturer, stage.cast.maker, firmware_version="05080609", image_hash="ef" * 32
    )
    return stage
