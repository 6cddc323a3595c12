"""Embedded PostgreSQL and Valkey, and the supervisor behind make demo and make test.

Read ``pair.py`` first; ``demo.py`` is what ``make demo`` runs. ``environment.py``, ``libraries.py`` and ``ports.py``
run before anything is installed, as plain scripts of the system's Python.
"""
