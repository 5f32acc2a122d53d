"""E-mail about a job by SMTP. The worker sends it; a server that fails never harms the job.

The password comes from BRIGHTRUN_SMTP_PASSWORD or a file of mode 0600, is read when it is needed, and is kept nowhere:
not in the database, not in the log, and not in a sentence about what went wrong.
"""

from __future__ import annotations

import os
import smtplib
import ssl
import stat
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any

from core.errors import SettingsError
from core.home import expanded
from core.settings.fields import Settings

TIMEOUT_S = 20.0
PASSWORD = "BRIGHTRUN_SMTP_PASSWORD"
LOCAL = ("localhost", "127.0.0.1", "::1")


class MailError(SettingsError):
    """The mail could not be sent; the sentence says why and what to change."""


@dataclass(frozen=True)
class Letterbox:
    """Where mail goes and by which server; without secrets, so that a job can carry it."""

    host: str
    port: int
    security: str
    user: str
    sender: str
    to: str
    password_file: str

    @classmethod
    def of(cls, settings: Settings) -> Letterbox:
        """From the settings. Raises MailError naming what is missing."""
        for name in ("smtp_host", "smtp_to"):
            if not getattr(settings, name).strip():
                raise MailError(f"No e-mail can be sent: {name} is not set.", f"Set {name} in the settings file.")
        box = cls(
            settings.smtp_host.strip(),
            settings.smtp_port,
            settings.smtp_security,
            settings.smtp_user.strip(),
            settings.smtp_from.strip() or settings.smtp_to.strip(),
            settings.smtp_to.strip(),
            settings.smtp_password_file.strip(),
        )
        for name, address in (("smtp_from", box.sender), ("smtp_to", box.to)):
            _address(name, address)
        return box

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Letterbox:
        """As a job carries it."""
        return cls(**stored)

    def values(self) -> dict[str, Any]:
        """For the job."""
        return asdict(self)


def letter(box: Letterbox, subject: str, body: str) -> EmailMessage:
    """The message. Line breaks cannot get into its headers."""
    message = EmailMessage()
    message["From"], message["To"] = _address("smtp_from", box.sender), _address("smtp_to", box.to)
    message["Subject"] = " ".join(subject.split())
    domain = _address("smtp_from", box.sender).domain
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=domain or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    return message


def send(box: Letterbox, message: EmailMessage) -> None:
    """Deliver it; blocks, so call it in a thread. Raises MailError with what the server said."""
    where = f"{box.host}:{box.port}"
    if box.security == "none" and box.user and box.host not in LOCAL:
        raise MailError(
            f"The password of {box.user} would travel to {where} unencrypted.", "Set smtp_security to starttls or tls."
        )
    try:
        with _connected(box) as server:
            if box.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if box.user:
                server.login(box.user, _password(box))
            server.send_message(message)
    except smtplib.SMTPAuthenticationError as error:
        raise MailError(
            f"The mail server {where} refused the name or password of {box.user}.", "Check smtp_user and the password."
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailError(
            f"The mail server {where} does not offer what was asked of it: {error}.", "Check smtp_security."
        ) from error
    except smtplib.SMTPRecipientsRefused as error:
        raise MailError(f"The mail server {where} refuses to send to {box.to}.", "Check smtp_to.") from error
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        raise MailError(f"The mail server {where} answered {error.smtp_code} {said}.", "Check smtp_from.") from error
    except ssl.SSLError as error:
        raise MailError(
            f"No safe connection to the mail server {where}: {error.reason or 'the handshake failed'}.",
            "Check smtp_security and smtp_port: tls is usually 465, starttls 587.",
        ) from error
    except TimeoutError as error:
        raise MailError(f"The mail server {where} does not answer.", "Check smtp_host and smtp_port.") from error
    except smtplib.SMTPException as error:
        raise MailError(f"The mail server {where} broke off: {error}.", "Check smtp_security and smtp_port.") from error
    except OSError as error:
        raise MailError(
            f"The mail server {where} cannot be reached ({error.strerror or 'no such host'}).",
            "Check smtp_host and smtp_port.",
        ) from error


def _connected(box: Letterbox) -> smtplib.SMTP:
    if box.security == "tls":
        return smtplib.SMTP_SSL(box.host, box.port, timeout=TIMEOUT_S, context=ssl.create_default_context())
    return smtplib.SMTP(box.host, box.port, timeout=TIMEOUT_S)


def _password(box: Letterbox) -> str:
    given = os.environ.get(PASSWORD, "")
    if given:
        return given
    if not box.password_file:
        raise MailError(
            f"The mail server wants a password for {box.user}, and there is none.",
            f"Set {PASSWORD}, or smtp_password_file in the settings.",
        )
    path = expanded(box.password_file)
    try:
        mode, found = path.stat().st_mode, path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise MailError(f"The password file {path} cannot be read: {why}.", "Check smtp_password_file.") from error
    if stat.S_IMODE(mode) & 0o077:
        raise MailError(f"The password file {path} can be read by others.", f"Run: chmod 600 {path}")
    return found


def _address(name: str, text: str) -> Address:
    try:
        return Address(addr_spec=text)
    except (ValueError, IndexError) as error:
        raise MailError(f"{name} is {text!r}, which is no e-mail address.", "Write it as name@example.org.") from error
