"""Django, its cache and the broker on the pair that this run started (or on the servers that the environment names)."""

import subprocess
import sys
import uuid

import pytest
from celery import Celery
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from tests.stack.conftest import CHECKOUT


@pytest.mark.django_db
def test_the_database_is_a_postgresql_with_the_extensions_of_our_migrations():
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute("CREATE EXTENSION IF NOT EXISTS unaccent")
        cursor.execute("SELECT unaccent('Élodie'), lower('ÉLODIE'), current_database()")
        folded, lower, name = cursor.fetchone()

    assert (folded, lower) == ("Elodie", "élodie")
    assert name.startswith("test_")


def test_the_cache_and_the_broker_are_in_databases_of_their_own():
    cache.set("answer", 42)
    queue = uuid.uuid4().hex
    with Celery(broker=settings.CELERY_BROKER_URL).connection_for_write() as broker:
        waiting = broker.SimpleQueue(queue)
        waiting.put({"a": "task"})
        cache.clear()  # must not take the queue with it
        message = waiting.get(timeout=2)
        message.ack()
        waiting.close()

    assert message.payload == {"a": "task"}
    assert cache.get("answer") is None


def test_a_command_finds_the_database_without_settings():
    script = "from django.db import connection as c; c.ensure_connection(); print(c.vendor, c.settings_dict['NAME'])"

    answer = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "--command", script],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin"},
    )

    assert (answer.stdout, answer.returncode) == ("postgresql portal\n", 0), answer.stderr
