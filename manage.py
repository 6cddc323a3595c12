#!/usr/bin/env python
"""Start Django's command line, with the embedded database and broker where none are named."""

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

from partnerportal.stack import pair

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnerportal.settings.dev")
    with pair.for_command(Path(__file__).resolve().parent):
        execute_from_command_line(sys.argv)
