# One image for web, worker, beat and the commands; what a container is follows from its command.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=secgov.settings
WORKDIR /app

COPY requirements/base.txt requirements/base.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/base.txt

COPY . .

# The stylesheet is hashed and compressed into the image. The settings below only let Django start; none of them stays.
RUN SECRET_KEY=only-to-collect-the-static-files-while-the-image-is-built ALLOWED_HOSTS=build.invalid METRICS_TOKEN=none \
    DATABASE_URL=postgres://build@localhost/build REDIS_URL=redis://localhost EMAIL_URL=smtp://localhost EDITION_DIR=/srv/editions \
    python manage.py collectstatic --no-input --verbosity 0 \
    && useradd --uid 10001 --no-create-home cpl \
    && install -d -o cpl -g cpl /srv/editions

USER cpl
EXPOSE 8000
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", "0.0.0.0:8000"]
