"""The export of billing data: its progress, its end, and a worker that is killed."""

from __future__ import annotations

from urllib.parse import quote

from tests.e2e.conftest import HeldExport, Person


def test_export_shows_progress_and_hands_over_a_file(somebody):
    """Rules 50 to 52."""
    tom = _tom_at_client(somebody("tom"), "Fondation Horizon")
    tom.press("Export billing data")
    tom.press("Start the export")
    tom.page.get_by_role("link", name="Download the file").wait_for()
    tom.look("export done")
    link = tom.page.get_by_role("link", name="Download the file").get_attribute("href")
    text = tom.context.request.get(tom.portal.url + link).body().decode("utf-8-sig")
    assert text.startswith("client;client_id;document;")
    assert "cashback" in text


def test_an_export_is_seen_to_go_on_and_is_cancelled(somebody, portal):
    """A partial count, then the button that stops it: there is no file."""
    tom = _tom_at_client(somebody("tom-cancels"), "Fondation Horizon")
    with HeldExport(portal) as export:
        tom.press("Export billing data")
        tom.press("Start the export")
        done, total = export.rows()
        assert 0 < done < total
        tom.page.get_by_text(f"{done} of {total} rows").wait_for()
        tom.press("Cancel")
        tom.reads("The export is being stopped")
    tom.page.get_by_text("Cancelled").first.wait_for()
    assert not tom.page.get_by_role("link", name="Download the file").count()


def test_export_survives_a_killed_worker(somebody, portal):
    """Kill -9: the page that started it is not hurt, and the work is done once a worker is there."""
    portal.stop("worker", signal=9)
    tom = _tom_at_client(somebody("tom-waits"), "Clinique du Lac")
    tom.press("Export billing data")
    tom.press("Start the export")
    tom.reads("Waiting")

    portal.start_worker()

    tom.page.get_by_role("link", name="Download the file").wait_for(timeout=90_000)


def test_an_export_goes_on_after_the_row_where_its_worker_was_killed(somebody, portal):
    """Kill -9 in the middle: another worker takes over, and every row is there once."""
    tom = _tom_at_client(somebody("tom-resumes"), "Fondation Horizon")
    with HeldExport(portal) as export:
        tom.press("Export billing data")
        tom.press("Start the export")
        done, total = export.rows()
        portal.stop("worker", signal=9)
    tom.page.get_by_text(f"{done} of {total} rows").wait_for()

    portal.start_worker()

    link = tom.page.get_by_role("link", name="Download the file")
    link.wait_for(timeout=120_000)
    text = tom.context.request.get(tom.portal.url + str(link.get_attribute("href"))).body().decode("utf-8-sig")
    lines = text.strip().splitlines()[1:]
    assert len(lines) == len(set(lines)) == total


def _tom_at_client(tom: Person, client: str) -> Person:
    """Tom of Studio Lumen has signed in, and looks at a client."""
    tom.sign_in("tom@lumen.example")
    tom.go(f"/partner/clients/?search={quote(client)}")
    tom.press(client)
    return tom
