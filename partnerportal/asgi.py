"""ASGI entry point; a deployment sets DJANGO_SETTINGS_MODULE, without it production settings hold."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnerportal.settings.prod")
application = get_asgi_application()
