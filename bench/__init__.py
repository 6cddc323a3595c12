"""Times and queries of the busiest pages: ``make bench``. Speed is printed, never asserted.

``place.py`` makes the database, ``large.py`` fills a programme of 100,000 clients, ``pages.py`` says which pages and as
whom, ``measure.py`` measures them.
"""
