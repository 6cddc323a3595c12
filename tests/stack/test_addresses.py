"""The demo's address: a busy port is told with the remedy, and a public one is refused."""

import os
import re
import socket
import subprocess
import sys

import pytest

from partnerportal.settings import env
from partnerportal.stack import loopback, ports
from tests.stack.conftest import CHECKOUT


def test_a_busy_port_is_told_with_the_remedy_before_anything_starts():
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]

        told = subprocess.run(
            ["make", "--no-print-directory", "demo", f"PORT={port}"],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
        )

    assert told.stderr.startswith(
        f"Port {port} is in use by another program. Choose another: make demo PORT={port + 1}"
    )
    assert (told.stdout, told.returncode) == ("", 2)


def test_a_free_port_is_not_complained_about():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    assert ports.complaint(str(port)) == ""


@pytest.mark.parametrize("port", ["0", "65536", "http", ""])
def test_a_port_that_is_none_is_told(port):
    assert ports.complaint(port).startswith("PORT must be a number from 1 to 65535")


@pytest.mark.parametrize("address", ["127.0.0.1:8000", "localhost:80", "[::1]:8000", "::1", "127.0.0.2", "unix:/a/b"])
def test_loopback(address):
    assert loopback.is_loopback(address)


@pytest.mark.parametrize("address", ["0.0.0.0:8000", ":8000", "[::]:8000", "::", "192.0.2.1:80", "portal.example:80"])
def test_not_loopback(address):
    assert not loopback.is_loopback(address)


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "gunicorn", "--bind=0.0.0.0:0", "partnerportal.wsgi"],
        ["-m", "gunicorn", "-b", "0.0.0.0:0", "--preload", "partnerportal.wsgi"],
        ["manage.py", "runserver", "--noreload", "0.0.0.0:0"],
    ],
)
def test_the_demo_settings_refuse_to_serve_a_public_address(command):
    refused = subprocess.run(
        [sys.executable, *command],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "partnerportal.settings.demo",
            "DATABASE_URL": "postgresql://",
            "REDIS_URL": "redis://",
        },
    )

    assert refused.returncode != 0
    assert re.search(r"never serve a public address, such as 0\.0\.0\.0", refused.stderr)


@pytest.mark.parametrize(
    ("given", "broker", "cache"),
    [
        ("redis://:pw@host:6379/0", "redis://:pw@host:6379/0", "redis://:pw@host:6379/1"),
        ("rediss://host/4", "rediss://host/4", "rediss://host/5"),
        ("redis://host", "redis://host/0", "redis://host/1"),
        ("unix://:pw@/run/v.sock?db=2", "redis+socket://:pw@/run/v.sock?virtual_host=2", "unix://:pw@/run/v.sock?db=3"),
    ],
)
def test_broker_and_cache_never_share_a_database(given, broker, cache):
    assert (env.broker_url(given), env.cache_url(given)) == (broker, cache)
