"""The demo shows its mails as a mail program does, and as text whose links can be followed."""

import re

import pytest
from django.core import mail
from django.core.mail.backends.filebased import EmailBackend
from django.urls import reverse

from tests import world

pytestmark = pytest.mark.django_db
LINK = "https://portal.example/join/abc/"


@pytest.fixture
def send(settings, tmp_path):
    """Send as the demo does: into a folder."""
    settings.DEMO, settings.EMAIL_FILE_PATH = True, str(tmp_path)

    def send(html: str = "") -> None:
        message = mail.EmailMultiAlternatives("Join", f"Join here: {LINK}", "from@example.ch", ["to@example.ch"])
        if html:
            message.attach_alternative(html, "text/html")
        backend = EmailBackend(file_path=str(tmp_path))
        backend.send_messages([message])
        backend.close()

    return send


def test_a_mail_stands_in_a_frame_that_runs_nothing(client, send):
    send(f'<html><head></head><body><a href="{LINK}">Join</a></body></html>')

    page = client.get(reverse("home:mail", args=[1])).content.decode()

    frame = re.search(r"<iframe[^>]*>", page)
    assert frame is not None
    assert 'sandbox="allow-top-navigation-by-user-activation"' in frame[0]
    assert "&lt;base target=&quot;_top&quot;&gt;" in frame[0]
    assert "&gt;Join&lt;/a&gt;" in frame[0]


@pytest.mark.parametrize("html", ["", "<html><head></head><body>Join</body></html>"])
def test_its_text_is_there_with_links(client, send, html):
    send(html)

    page = client.get(reverse("home:mail", args=[1])).content.decode()

    text = re.search(r'<div class="[^"]*\bmail">.*?</div>', page, re.DOTALL)
    assert text is not None
    assert f'<a href="{LINK}"' in text[0]
    assert ("<iframe" in page) == bool(html)


def test_the_subject_of_a_log_in_mail_names_the_provider(client, settings):
    person = world.make_user()

    client.post(reverse("account_reset_password"), {"email": person.email})

    assert mail.outbox[0].subject == f"Choose a new password for {settings.PROVIDER['name']}"
