"""Whether this container's web server answers. Asks by the site's own name, since Django refuses any other."""

import os
import sys
import urllib.request

name = os.environ["ALLOWED_HOSTS"].split(",")[0].strip()
request = urllib.request.Request("http://127.0.0.1:8000/healthz", headers={"Host": name})
with urllib.request.urlopen(request, timeout=5) as answer:
    sys.exit(0 if answer.status == 200 else 1)
