"""A catcher of mails for the sample: takes all over SMTP on loopback, keeps them as files, shows them on a plain page."""

import argparse
import email
import email.policy
import html
import signal
import threading
from email.message import EmailMessage
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

SHOWN = 200
PAGE = """<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>body{{font:16px/1.5 system-ui,sans-serif;
max-width:60rem;margin:2rem auto;padding:0 1rem}}td,th{{text-align:left;padding:.25rem 1rem .25rem 0;vertical-align:top}}
pre{{white-space:pre-wrap;overflow-wrap:anywhere}}</style><h1>{title}</h1>{body}</html>"""


class Keeper:
    """Writes each mail it is handed into the folder, numbered in the order of arrival."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = threading.Lock()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep one mail, and only then say that it was accepted."""
        content = envelope.content or b""
        content = content if isinstance(content, bytes) else content.encode()
        recipients = ", ".join(envelope.rcpt_tos)
        with self.lock:
            number = max((int(path.stem) for path in self.folder.glob("*.eml")), default=0) + 1
            new = self.folder / f"{number:06d}.new"
            new.write_bytes(f"X-Envelope-To: {recipients}\r\n".encode() + content)
            new.rename(new.with_suffix(".eml"))
        return "250 Kept"


def page_of_mails(folder: Path) -> str:
    """List the newest mails."""
    rows = []
    for path in sorted(folder.glob("*.eml"), reverse=True)[:SHOWN]:
        mail = _read(path)
        cells = (mail.get("Date", ""), mail.get("To", mail.get("X-Envelope-To", "")))
        subject = html.escape(mail.get("Subject", "(no subject)"))
        rows.append(
            "".join(f"<td>{html.escape(str(cell))}</td>" for cell in cells)
            + f'<td><a href="/{path.stem}">{subject}</a></td>'
        )
    table = "<table><tr><th>Sent<th>To<th>Subject" + "".join(f"<tr>{row}" for row in rows) + "</table>"
    return PAGE.format(title="Mails caught", body=table if rows else "<p>No mail yet.</p>")


def page_of_one(path: Path) -> str:
    """Show one mail's headers and its text."""
    mail = _read(path)
    heads = "".join(f"<tr><th>{html.escape(name)}<td>{html.escape(value)}" for name, value in mail.items())
    body = mail.get_body(("plain", "html"))
    text = html.escape(str(body.get_content())) if isinstance(body, EmailMessage) else ""
    title = html.escape(mail.get("Subject", "(no subject)"))
    return PAGE.format(
        title=title, body=f'<p><a href="/">All mails</a><table>{heads}</table><pre>{text}</pre>'
    )


def _read(path: Path) -> EmailMessage:
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def _page_server(folder: Path, port: int) -> ThreadingHTTPServer:
    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.strip("/")
            path = folder / f"{name}.eml"
            if name and not (name.isdigit() and path.exists()):
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            content = (page_of_one(path) if name else page_of_mails(folder)).encode()
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the catcher shares the screen with the application."""

    return ThreadingHTTPServer(("127.0.0.1", port), Pages)


def main() -> None:
    """Serve both ports until asked to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--page-port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    options.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    catcher = Controller(Keeper(options.folder), hostname="127.0.0.1", port=options.smtp_port)
    catcher.start()
    pages = _page_server(options.folder, options.page_port)

    def finish(number: int, frame: FrameType | None) -> None:
        threading.Thread(
            target=pages.shutdown
        ).start()  # it waits for serve_forever, which this handler interrupts

    signal.signal(signal.SIGTERM, finish)
    signal.signal(signal.SIGINT, finish)
    pages.serve_forever()
    catcher.stop()


if __name__ == "__main__":
    main()
