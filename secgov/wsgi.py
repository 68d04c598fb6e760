"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from secgov.checks import stop_unsafe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secgov.settings")
application = get_wsgi_application()
stop_unsafe_start()
