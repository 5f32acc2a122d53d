"""The end of a job is stored with it and mailed to who asked; a mail server that fails harms nothing."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from workbench import Bench

from core.engine.job_log import log_lines, log_text, write_log
from core.errors import ExportError
from core.notify.desktop import notification
from core.notify.mail import Letterbox, MailError, letter, send
from core.notify.summary import Summary
from core.text.redaction import redacted


class Inbox:
    """What a mail server on this machine received."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        self.messages.append(message_from_bytes(envelope.content, policy=default))
        return "250 kept"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate for localhost that nobody signed, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture
async def inbox(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Inbox, int]]:
    """A real SMTP server that wants STARTTLS and a login; its certificate is trusted."""
    inbox, port = Inbox(), free_port()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")

    def login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"vi", b"letmein-9")
        return AuthResult(success=good, handled=False)

    controller = Controller(
        inbox,
        hostname="localhost",
        port=port,
        tls_context=context,
        require_starttls=True,
        authenticator=login,
        auth_required=True,
    )
    await asyncio.to_thread(controller.start)
    yield inbox, port
    await asyncio.to_thread(controller.stop)


def mailing(port: int, **more: Any) -> dict[str, Any]:
    return {
        "mail_when_done": True,
        "smtp_host": "localhost",
        "smtp_port": port,
        "smtp_user": "vi",
        "smtp_to": "vi@example.org",
        **more,
    }


async def test_the_end_is_stored_with_the_job_and_mailed_once(
    bench: Bench, inbox: tuple[Inbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    received, port = inbox
    monkeypatch.setenv("BRIGHTRUN_SMTP_PASSWORD", "letmein-9")
    bench.use(**mailing(port))
    job_id = await bench.order(3)
    await bench.run()
    await bench.run()  # the next worker does not tell it again
    job = await bench.job(job_id)
    summary = Summary.read(job["results_summary"])
    assert summary is not None
    assert (summary.done, summary.failed, summary.success_rate, summary.to_review) == (3, 0, 1.0, 3)
    assert sum(summary.distribution) == summary.scored == 3
    assert summary.actual_microusd == job["actual_cost_microusd"] > 0
    assert job["results_summary"]["told"]["trouble"] == ""
    (mail,) = received.messages
    assert mail["Subject"] == f"brightrun: job {job_id} is done: 3 of 3"
    assert mail["To"] == "vi@example.org"
    body = mail.get_content()  # type: ignore[attr-defined]
    assert "3 done, 0 failed" in body
    assert "review 3 rows" in body
    assert "This was practice" in body


async def test_a_mail_server_that_fails_is_said_and_harms_nothing(
    bench: Bench, inbox: tuple[Inbox, int], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    received, port = inbox
    monkeypatch.setenv("BRIGHTRUN_SMTP_PASSWORD", "wrong-secret-1")
    bench.use(**mailing(port))
    job_id = await bench.order(1)
    await bench.run()
    job = await bench.job(job_id)
    assert (job["status"], job["done"]) == ("completed", 1)
    said = job["results_summary"]["told"]["trouble"]
    assert "refused the name or password of vi" in said
    assert said in caplog.text
    assert not received.messages
    stored = str(await bench.select("generation_jobs")) + str(await bench.select("audit_log"))
    assert "wrong-secret-1" not in stored + caplog.text


@pytest.mark.slow
async def test_a_job_that_pauses_by_itself_is_mailed_but_not_what_a_person_did(
    bench: Bench, inbox: tuple[Inbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    received, port = inbox
    monkeypatch.setenv("BRIGHTRUN_SMTP_PASSWORD", "letmein-9")
    bench.use(**mailing(port))
    capped = await bench.order(2, cap=0.000001)
    paused = await bench.order(1)
    await bench.services.generation.pause(paused)
    stopped = await bench.order(1)
    await bench.services.generation.stop(stopped, now=True)
    await bench.run()
    await bench.run()
    subjects = [mail["Subject"] for mail in received.messages]
    assert subjects == [f"brightrun: job {capped} is paused"]
    assert "cap of" in received.messages[0].get_content()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"smtp_to": ""}, "smtp_to is not set"),
        ({"smtp_host": " "}, "smtp_host is not set"),
        ({"smtp_to": "nobody"}, "no e-mail address"),
        ({"smtp_to": "a@b.org\r\nBcc: c@d.org"}, "no e-mail address"),
    ],
)
async def test_an_order_that_could_not_be_mailed_is_refused_before_it_costs(
    bench: Bench, changes: dict[str, Any], sentence: str
) -> None:
    bench.use(**mailing(25, **changes))
    with pytest.raises(MailError, match=sentence):
        await bench.order(1)
    assert await bench.select("generation_jobs") == []


def _box(port: int, **more: Any) -> Letterbox:
    return Letterbox(**{
        "host": "localhost", "port": port, "security": "starttls", "user": "", "sender": "a@example.org",
        "to": "b@example.org", "password_file": "", **more,
    })  # fmt: skip


async def test_what_is_wrong_with_the_mail_server_is_said_in_a_sentence(
    inbox: tuple[Inbox, int], tmp_path: Path
) -> None:
    _, port = inbox
    secret = tmp_path / "password"
    secret.write_text("letmein-9\n")
    secret.chmod(0o644)
    private = tmp_path / "private"
    private.write_text("letmein-9")
    private.chmod(0o600)
    wanted = {
        "cannot be reached": _box(free_port()),
        "answered 530": _box(port, security="none"),
        "does not offer what was asked": _box(port, security="none", user="vi", password_file=str(private)),
        "No safe connection": _box(port, security="tls"),
        "there is none": _box(port, user="vi"),
        "can be read by others": _box(port, user="vi", password_file=str(secret)),
        "would travel": _box(port, user="vi", host="mail.example.org", security="none"),
    }
    for sentence, box in wanted.items():
        with pytest.raises(MailError) as caught:
            await asyncio.to_thread(send, box, letter(box, "s", "b"))
        assert sentence in str(caught.value), (sentence, str(caught.value))
        assert caught.value.hint
    box = _box(port, user="vi", password_file=str(private))
    await asyncio.to_thread(send, box, letter(box, "two\nlines: ok", "b"))
    assert inbox[0].messages[-1]["Subject"] == "two lines: ok"


async def test_a_certificate_that_nobody_signed_is_refused(
    inbox: tuple[Inbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    box = _box(inbox[1])
    with pytest.raises(MailError, match="No safe connection"):
        await asyncio.to_thread(send, box, letter(box, "s", "b"))


def test_a_notification_cannot_break_out_of_its_sequence() -> None:
    assert notification("osc9", "brightrun", "Job 4 is done") == "\x1b]9;brightrun: Job 4 is done\x07"
    assert notification("osc777", "bright;run", "a;b\x07\x1b]52;c;eA==\x07") == (
        "\x1b]777;notify;bright,run;a,b ]52,c,eA==\x07"
    )
    assert notification("osc9", "x", "\x9b2J\x9d0;y\x9c\u009c") == "\x1b]9;x: 2J 0;y\x07"
    assert notification("osc9", "x", "y", in_tmux=True) == "\x1bPtmux;\x1b\x1b]9;x: y\x07\x1b\\"
    assert notification("off", "x", "y") == ""


async def test_the_log_has_every_call_in_order_and_no_key(bench: Bench, tmp_path: Path) -> None:
    bench.use(simulator_faults="500:0.4", attempts=4)
    job_id = await bench.order(4)
    await bench.run()
    calls = await bench.select("generation_logs")
    key = "sk-ant-api03-" + "A" * 30
    await bench.change(f"UPDATE generation_logs SET response = response || ' {key}' WHERE id = {calls[0]['id']}")
    text = "".join([part async for part in log_text(bench.services.database, job_id)])
    assert text.count(" tokens in, ") == len(calls)
    assert key not in text
    assert "[key taken out]" in text
    ids = [item["conversation_id"] for item in await bench.items(job_id)]
    assert [text.index(name) for name in ids] == sorted(text.index(name) for name in ids)
    lines = "".join([part async for part in log_lines(bench.services.database, job_id)]).splitlines()
    assert len(lines) == 1 + len(calls)
    assert key not in "".join(lines)
    path = tmp_path / "logs" / "job.txt"
    size = await write_log(bench.services.database, job_id, path)
    assert path.stat().st_size == size
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    with pytest.raises(ExportError, match="there already"):
        await write_log(bench.services.database, job_id, path)
    assert [file.name for file in path.parent.iterdir()] == ["job.txt"]
    assert redacted("Authorization: Bearer abcdefghijklmnop x") == "Authorization: Bearer [key taken out] x"


def test_what_a_job_came_to_in_words() -> None:
    job = {
        "done": 8, "failed": 2, "cancelled": 1, "estimated_cost_microusd": 1_000_000, "actual_cost_microusd": 800_000,
        "calls": 12, "input_tokens": 1000, "output_tokens": 2000, "provider": "live",
    }  # fmt: skip
    summary = Summary.of(job, [8.2, 9.0, None, 5.9], flagged=1, to_review=8, seconds=80)
    assert Summary.read(summary.values()) == summary
    facts = dict(summary.facts())
    assert facts["success"] == "80 % of what was begun"
    assert facts["cost"] == "$0.80, estimated $1.00 (80 % of it)"
    assert facts["score"] == "7.7 on average over 3 rows, 1 flagged"
    assert facts["time"] == "80 s, 10 s a row"
    assert summary.distribution == (0, 0, 0, 0, 1, 0, 0, 1, 1, 0)
    assert [step for step, _ in summary.next_steps()] == ["review", "retry", "generate"]
    assert Summary.read({"tiers_started": ["template"]}) is None
