"""WSGI entry point; a deployment sets DJANGO_SETTINGS_MODULE, without it production settings hold."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnerportal.settings.prod")
application = get_wsgi_application()
