"""A real SMTP server (aiosmtpd) for one test: says its port, and what it was told, a line each."""

import argparse
import asyncio
import os
import socket
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--tls", choices=["none", "implicit", "starttls", "demanded"], default="none")
parser.add_argument("--certificate")
parser.add_argument("--key")
parser.add_argument("--folder", required=True)
parser.add_argument("--behave", choices=["well", "refuse", "later", "drop", "hang"], default="well")
parser.add_argument("--auth")
options = parser.parse_args()


def say(*words):
    print(*words, flush=True)


class Handler:
    count = 0

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        say("MAIL", address, "tls" if session.ssl else "plain", "as", getattr(session, "login", None))
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        say("RCPT", address)
        if options.behave == "refuse":
            return "550 5.1.1 no such mailbox"
        if options.behave == "later":
            return "451 4.7.1 try again later"
        if options.behave == "drop":
            server.transport.abort()
            return "421 gone"
        if options.behave == "hang":
            await asyncio.sleep(3600)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        Handler.count += 1
        # Whole or not at all: the test reads while mails come.
        with open(f"{options.folder}/{Handler.count:04}.part", "wb") as file:
            file.write(envelope.original_content)
        os.rename(file.name, f"{options.folder}/{Handler.count:04}.eml")
        say("TAKEN", Handler.count)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    login, password = data.login.decode(), data.password.decode()
    say("AUTH", login, "tls" if session.ssl else "plain")
    session.login = login
    return AuthResult(success=f"{login}:{password}" == options.auth, handled=False)


async def main():
    context = None
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate, options.key)

    def make():
        return SMTP(
            Handler(),
            hostname="localhost",
            tls_context=context if options.tls in ("starttls", "demanded") else None,
            require_starttls=options.tls == "demanded",
            authenticator=authenticate if options.auth else None,
            auth_required=bool(options.auth),
            auth_require_tls=options.tls != "none",
        )

    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", options.port))
    server = await loop.create_server(make, sock=listener, ssl=context if options.tls == "implicit" else None)
    say("READY", options.port)
    async with server:
        await server.serve_forever()


try:
    asyncio.run(main())
except KeyboardInterrupt:
    sys.exit(0)
