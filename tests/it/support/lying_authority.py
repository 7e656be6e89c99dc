"""An authority that lies: everything is passed on to a real one, and what comes back is changed as the file `mode` says.

    lying_authority.py PORT PORT_OF_THE_REAL_ONE CERTIFICATE KEY FOLDER

honest: nothing is changed. limited: too many orders. token: another token than the one that is checked. Any other word: the certificate in
FOLDER/<word>.crt in place of the one that was issued.
"""

import http.client
import http.server
import json
import pathlib
import ssl
import sys

PORT, REAL = int(sys.argv[1]), int(sys.argv[2])
FOLDER = pathlib.Path(sys.argv[5])
TRUSTING = ssl._create_unverified_context()


class Relay(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def relay(self):
        mode = (FOLDER / "mode").read_text().strip()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
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
        elif mode not in ("honest", "limited", "token") and b"BEGIN CERTIFICATE" in content:
            content = (FOLDER / f"{mode}.crt").read_bytes()
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
