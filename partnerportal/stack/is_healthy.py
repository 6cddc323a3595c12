"""The web container's health check, a plain script: does the web server answer, under one of its own names?"""

import os
import sys
import urllib.request

_NAME = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
_REQUEST = urllib.request.Request("http://127.0.0.1:8000/healthz", headers={"Host": _NAME})

if __name__ == "__main__":
    try:
        with urllib.request.urlopen(_REQUEST, timeout=5) as answer:  # noqa: S310 -- our own address
            sys.exit(0 if answer.status == 200 else 1)
    except OSError as error:
        sys.exit(f"/healthz does not answer: {error}")
