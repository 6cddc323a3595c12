# Two stages: the first installs the hashed production lock, the second runs it without pip's leftovers and without root.
FROM python:3.12-slim-bookworm AS packages
COPY requirements-prod.lock /
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --requirement /requirements-prod.lock

FROM python:3.12-slim-bookworm
# Pango draws the PDF documents; the Swiss QR-bill asks for Liberation Sans.
RUN apt-get update \
 && apt-get install --no-install-recommends -y \
      fonts-liberation libfontconfig1 libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/partnerportal --create-home partnerportal \
 && install -d -o partnerportal -g partnerportal /var/lib/partnerportal/media /var/lib/partnerportal/beat
COPY --from=packages /venv /venv
COPY . /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=partnerportal.settings.prod \
    MEDIA_ROOT=/var/lib/partnerportal/media
# Collecting reads the settings and connects to nothing: these values live for this one command and are in no layer.
RUN SECRET_KEY=none ALLOWED_HOSTS=none DATABASE_URL=postgresql://none REDIS_URL=redis://none EMAIL_HOST=none \
    PROVIDER_NAME=none PROVIDER_LEGAL_NAME=none PROVIDER_STREET=none PROVIDER_POSTCODE=none PROVIDER_CITY=none \
    PROVIDER_COUNTRY=none PROVIDER_VAT_NUMBER=none PROVIDER_SUPPORT_MAIL=none PROVIDER_SITE=none \
    python manage.py collectstatic --no-input
USER partnerportal
EXPOSE 8000
CMD ["gunicorn", "--bind=0.0.0.0:8000", "--workers=3", "--worker-tmp-dir=/dev/shm", "--access-logfile=-", "--no-control-socket", "partnerportal.wsgi"]
