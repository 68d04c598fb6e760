"""The system, loaded: what the server of processes imports once, before it forks any."""

import django

django.setup()
