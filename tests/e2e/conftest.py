"""A real portal for the browser: web server, worker and beat on a database of their own, with the demo's data."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from partnerportal.stack import config

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / ".local" / "screenshots"
PASSWORD = "alpine-demo-2026"
NEW_PASSWORD = "a-long-pass-phrase-7"
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session", autouse=True)
def clean_cache() -> None:
    """The portal has a cache of its own: nothing of these tests' process is in it."""


@dataclass
class Portal:
    """The running portal: its address, its processes, and how to start another worker."""

    url: str
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *command: str) -> None:
        """Start one of its processes."""
        with (ROOT / ".local" / "e2e" / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start_worker(self) -> None:
        """Start the worker, with beat inside."""
        schedule = ROOT / ".local" / "e2e" / f"beat-{secrets.token_hex(4)}"
        self.start("worker", "celery", "--app", "partnerportal", "worker", "-B", f"--schedule={schedule}", "-c", "1")

    def run(self, *command: str) -> None:
        """Run one of its commands to its end."""
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, check=True)

    def stop(self, name: str, *, signal: int = 15) -> None:
        """End one of its processes, with all its children."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal)
        process.wait()


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """The portal, with every page's limits raised and exports in small steps, so that their progress can be seen."""
    shutil.rmtree(ROOT / ".local" / "e2e", ignore_errors=True)
    (ROOT / ".local" / "e2e").mkdir(parents=True)
    with _running("portal_e2e", broker=12, EXPORT_BATCH="1") as portal:
        yield portal


@pytest.fixture
def third_world(portal: Portal) -> Iterator[Portal]:
    """Another programme: clients get no degressive rate there (Q5)."""
    with _running("portal_e2e_third", broker=11, PROGRAMME_CLIENT_DEGRESSIVE="0") as third:
        yield third


@contextmanager
def _running(name: str, *, broker: int, **variables: str) -> Iterator[Portal]:
    """Prepare a database and start a portal on it; stop all of it at the end."""
    urls = config.urls(ROOT)
    database = _fresh_database(urls.database, name)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.e2e.settings",
        "DATABASE_URL": database,
        "REDIS_URL": re.sub(r"\?db=\d+$", "", urls.redis) + f"?db={broker}",
        "PROVIDER_SITE": f"http://localhost:{port}",
        "RATE_LIMIT_FACTOR": "1000",
        "EMAIL_FILE_PATH": str(ROOT / ".local" / "e2e" / "mails"),
        "MEDIA_ROOT": str(ROOT / ".local" / "e2e" / "media"),
        **variables,
    }
    running = Portal(f"http://localhost:{port}", environment)
    subprocess.run([sys.executable, "-m", "partnerportal.stack.prepare"], cwd=ROOT, env=environment, check=True)
    running.start("web", "gunicorn", f"--bind=127.0.0.1:{port}", "--workers=2", "--preload", "partnerportal.wsgi")
    running.start_worker()
    _wait_until(lambda: _answers(running.url))
    yield running
    for name in list(running.processes):
        running.stop(name)


def _fresh_database(url: str, name: str) -> str:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:  # noqa: S310 -- our own address
            return answer.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _wait_until(is_so: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "the portal did not come up; see .local/e2e/"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or "/usr/bin/chromium"
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_FLAGS)
        yield browser
        browser.close()


class HeldExport:
    """Stops the next export after its first rows, as long as it is open: the table that it reads from is locked."""

    def __init__(self, portal: Portal) -> None:
        self._url = portal.environment["DATABASE_URL"]
        self._caught = threading.Event()
        self._let_go = threading.Event()
        self.job_id = 0

    def __enter__(self) -> HeldExport:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._let_go.set()
        self._thread.join()

    def rows(self) -> tuple[int, int]:
        """How many rows it has written, and of how many."""
        assert self._caught.wait(30), "no export came"
        with psycopg2.connect(self._url) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT progress_done, progress_total FROM work_job WHERE id = %s", [self.job_id])
            found: tuple[int, int] = cursor.fetchone()
        return found

    def _watch(self) -> None:
        watching, locking = psycopg2.connect(self._url), psycopg2.connect(self._url)
        watching.autocommit = True
        with watching.cursor() as cursor:
            found = None
            while found is None:
                cursor.execute(
                    "SELECT id FROM work_job WHERE kind = 'billing.client_export' AND state = 'RUNNING'"
                    " AND progress_done > 1 AND progress_done < progress_total"
                )
                found = cursor.fetchone()
                if self._let_go.wait(0.001):
                    return
        with locking.cursor() as cursor:
            cursor.execute("LOCK TABLE billing_orderline IN ACCESS EXCLUSIVE MODE")
        self.job_id = found[0]
        self._caught.set()
        self._let_go.wait(120)
        locking.rollback()
        for connection in (watching, locking):
            connection.close()


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, context: BrowserContext, portal: Portal, name: str) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(10_000)
        self.context, self.portal, self.name = context, portal, name
        self.seen: set[str] = set()

    def go(self, path: str) -> None:
        """Open a page; it must be accessible."""
        response = self.page.goto(self.portal.url + path)
        assert response is not None
        assert response.status < 400, f"{path} answered {response.status}"
        self.look(path)

    def sign_in(self, mail: str, password: str = PASSWORD) -> None:
        """Sign in by mail and password; in the demo the page shows the second factor's code."""
        self.page.goto(self.portal.url + "/auth/login/")
        self.page.fill("input[name=login]", mail)
        self.page.fill("input[name=password]", password)
        self.submit()
        for _attempt in range(2):  # a code is good once: who signed in with it just now waits for the next
            if "/2fa/authenticate" not in self.page.url:
                break
            code = re.search(r"\b\d{6}\b", self.page.inner_text("main"))
            assert code is not None
            self.page.fill("input[name=code]", code[0])
            self.submit()
            if "/2fa/authenticate" in self.page.url:
                time.sleep(31 - time.time() % 30)
                self.page.reload()
        self.page.wait_for_url(re.compile(r"/(account|partner|staff)/"))
        self.look("start")

    def follow(self, target: Locator) -> None:
        """Click what leads to another page, and wait for it: a click alone may return before the answer."""
        with self.page.expect_navigation():
            target.click()

    def submit(self, form: str = "form", nth: int = 0) -> None:
        """Press a submitting button of the page: of the forms that match, the first unless told."""
        self.follow(self.page.locator(f"main {form} button[type=submit]").nth(nth))

    def choose(self, name: str, words: str) -> None:
        """Choose the option that begins with the words."""
        field = self.page.locator(f"select[name={name}]")
        options = field.locator("option").evaluate_all("all => all.map(one => [one.value, one.label])")
        field.select_option(value=next(value for value, label in options if label.startswith(words)))

    def order(self, offer: str, quantity: int) -> None:
        """Order so many units of an offer, for oneself, after a look at the price."""
        self.go("/account/orders/new/")
        self.choose("offer", offer)
        self.page.fill("input[name=quantity]", str(quantity))
        self.press("Show the price")
        self.page.locator("main button[name=confirm]").wait_for()
        self.follow(self.page.locator("main button[name=confirm]"))
        self.look("ordered")

    def press(self, label: str | re.Pattern[str], nth: int = 0) -> None:
        """Press a button or follow a link by its words, exactly, or by a pattern in them."""
        main = self.page.locator("main")
        button = main.get_by_role("button", name=label, exact=True)
        self.follow(button.or_(main.get_by_role("link", name=label, exact=True)).nth(nth))
        self.look(str(label))

    def reads(self, *texts: str) -> None:
        """The page says each of these."""
        shown = self.page.inner_text("body").replace("\u00a0", " ")
        for text in texts:
            assert text in shown, f"{text!r} is not on {self.page.url}"

    def last_mail_link(self, mail: str, words: str) -> str:
        """Return the newest link of a mail to an address whose subject holds the words, as a path."""
        for _ in range(60):
            self.page.goto(f"{self.portal.url}/_mails/?to={mail}")
            found = self.page.get_by_role("link", name=re.compile(words))
            if found.count():
                self.follow(found.first)
                links = self.page.locator("main .mail a").evaluate_all("all => all.map(one => one.href)")
                wanted = [link for link in links if len(urlsplit(link).path) > 1]
                return urlsplit(wanted[0]).path
            time.sleep(0.5)
        raise AssertionError(f"no mail about {words!r} to {mail}")

    def look(self, what: str) -> None:
        """Take screenshots and let axe find nothing wrong: each kind of page once, wide and light, narrow and dark."""
        kind = re.sub(r"\d+|[A-Za-z0-9_:-]{30,}", "N", urlsplit(self.page.url).path)
        if kind in self.seen:
            return
        self.seen.add(kind)
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^a-z0-9]+", "-", f"{self.name}{kind}".lower()).strip("-")
        self._shot(f"{name}.png")
        before = self.page.viewport_size
        self.page.emulate_media(color_scheme="dark")
        self.page.set_viewport_size({"width": 390, "height": 844})
        self._shot(f"{name}-phone-dark.png")
        self.page.emulate_media(color_scheme="light")
        if before is not None:
            self.page.set_viewport_size(before)

    def _shot(self, name: str) -> None:
        self.page.screenshot(path=SCREENSHOTS / name, full_page=True, animations="disabled")
        found = Axe().run(self.page)
        assert found.violations_count == 0, f"{name}, {self.page.url}: {found.generate_report()}"


@pytest.fixture
def somebody(portal: Portal, browser: Browser) -> Iterator[Callable[..., Person]]:
    """Give a person a browser: ``somebody("ana")``, or with ``java_script_enabled=False``."""
    contexts: list[BrowserContext] = []
    if "worker" not in portal.processes:  # a test that killed it did not come to its end
        portal.start_worker()

    def make(name: str, at: Portal = portal, **options: object) -> Person:
        # The policy is strict; axe brings a script of its own, and nothing else is let through by this.
        contexts.append(browser.new_context(bypass_csp=True, locale="en-GB", reduced_motion="reduce", **options))
        return Person(contexts[-1], at, name)

    yield make
    for context in contexts:
        context.close()
