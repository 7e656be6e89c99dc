"""An authority that lies: everything is passed on to a real one, and what comes back is changed as the file `mode` says.

    lying_authority.py PORT PORT_OF_THE_REAL_ONE CERTIFICATE KEY FOLDER

honest: nothing is changed. limited: too many orders. forever: it wants to be asked again in 10^19 seconds. token: another token than the one
that is checked. name, ended, early, old: a certificate for the very key that was asked for, issued by FOLDER/ca, but with a wrong name or
time. broken, cut, nul: a right one, but its chain has another authority of that name, ends in garbage, or in what is no text. held: it does
not answer who wants a certificate, as long as that is so. Any other word: the certificate in FOLDER/<word>.crt in place of the one that was
issued.

In FOLDER/contacts are the mail addresses that it was told, in FOLDER/orders is a line for each order, and FOLDER/issued is there when a
certificate was handed out.
"""

import base64
import datetime
import http.client
import http.server
import json
import pathlib
import ssl
import sys
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

PORT, REAL = int(sys.argv[1]), int(sys.argv[2])
FOLDER = pathlib.Path(sys.argv[5])
TRUSTING = ssl._create_unverified_context()
HONEST_WORDS = ("honest", "limited", "forever", "token", "held")
HOST = "gate.example.org"
# Name, days until it begins, and what follows it.
WRONG = {
    "name": ("other.example.org", 0, "ca"),
    "ended": (HOST, -60, "ca"),
    "early": (HOST, 30, "ca"),
    "old": (HOST, -25, "ca"),
    "broken": (HOST, 0, "other"),
    "cut": (HOST, 0, "garbage"),
    "nul": (HOST, 0, None),
}
csrs = []


def payload(body):
    """What a request says, inside its signature."""
    try:
        text = json.loads(body)["payload"]
        return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, KeyError, TypeError):
        return {}


def wrong(mode):
    """A certificate for the key of the last request, with another name, or some days off."""
    name, days, follows = WRONG[mode]
    key = serialization.load_pem_private_key((FOLDER / "ca.key").read_bytes(), None)
    issuer = x509.load_pem_x509_certificate((FOLDER / "ca.crt").read_bytes()).subject
    begin = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    builder = x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(issuer).serial_number(x509.random_serial_number())
    builder = builder.public_key(csrs[-1].public_key()).not_valid_before(begin).not_valid_after(begin + datetime.timedelta(days=30))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=True)
    own = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    return own + ((FOLDER / f"{follows}.crt").read_bytes() if follows else b"\0")


class Relay(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def relay(self):
        mode = (FOLDER / "mode").read_text().strip()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said = payload(body)
        if self.path == "/order-plz":
            with (FOLDER / "orders").open("a") as orders:
                orders.write("one\n")
        if "contact" in said:
            with (FOLDER / "contacts").open("a") as contacts:
                contacts.write("\n".join(said["contact"]) + "\n")
        if "csr" in said:
            text = said["csr"]
            csrs.append(x509.load_der_x509_csr(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))
            while (FOLDER / "mode").read_text().strip() == "held":
                (FOLDER / "holding").touch()
                time.sleep(0.05)
        # The real one makes its addresses from the host that it is asked at.
        connection = http.client.HTTPSConnection("localhost", REAL, context=TRUSTING, timeout=20)
        connection.request(self.command, self.path, body, dict(self.headers))
        answer = connection.getresponse()
        status, content, headers = answer.status, answer.read(), dict(answer.getheaders())
        connection.close()
        if mode == "limited" and self.path == "/order-plz":
            problem = {"type": "urn:ietf:params:acme:error:rateLimited", "detail": "too many orders", "status": 429}
            status, content = 429, json.dumps(problem).encode()
            headers |= {"Content-Type": "application/problem+json", "Retry-After": "7200"}
        elif mode == "token" and b'"challenges"' in content:
            authorization = json.loads(content)
            for challenge in authorization["challenges"]:
                challenge["token"] = "A" * 43
            content = json.dumps(authorization).encode()
        elif mode not in HONEST_WORDS and b"BEGIN CERTIFICATE" in content:
            content = wrong(mode) if mode in WRONG else (FOLDER / f"{mode}.crt").read_bytes()
        if mode == "forever":
            headers["Retry-After"] = "18446744073709551615"
        if b"BEGIN CERTIFICATE" in content:
            (FOLDER / "issued").touch()
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = relay

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Relay)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[3], sys.argv[4])
server.socket = context.wrap_socket(server.socket, server_side=True)
print("listening", flush=True)
server.serve_forever()
