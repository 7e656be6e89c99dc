"""A mail server that answers as it is told, byte by byte: says what it was told, a line each.

--answers is JSON: "greeting", a command ("EHLO") or "." for the message, to the reply as Latin-1 without its last line end. A reply
"DROP" closes the connection instead, "HANG" says nothing more, and a list is used up one by one.
"""

import argparse
import json
import os
import socket
import ssl
import threading

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--folder", required=True)
parser.add_argument("--answers", type=json.loads, default={})
parser.add_argument("--line-end", default="\r\n")
parser.add_argument("--certificate")
parser.add_argument("--key")
options = parser.parse_args()

ORDINARY = {"greeting": "220 ready", "EHLO": "250 hello", "DATA": "354 go on", "STARTTLS": "220 go on", "QUIT": "221 bye"}
context = None
if options.certificate:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate, options.key)
lock = threading.Lock()
taken = 0


def say(*words):
    print(*words, flush=True)


def keep(message):
    global taken
    with lock:
        taken += 1
        name = f"{options.folder}/{taken:04}"
    with open(f"{name}.part", "wb") as file:
        file.write(message)
    os.rename(f"{name}.part", f"{name}.eml")


class Session:
    def __init__(self, connection):
        self.connection = connection
        self.file = connection.makefile("rb")
        self.encrypted = False

    def answer(self, word):
        """Sends the reply to `word`; false when the connection is to end."""
        with lock:
            reply = options.answers.get(word, ORDINARY.get(word, "250 fine"))
            if isinstance(reply, list):
                reply = reply.pop(0) if len(reply) > 1 else reply[0]
        if reply == "DROP":
            return False
        if reply == "HANG":
            threading.Event().wait()
        self.connection.sendall((reply.replace("\r\n", options.line_end) + options.line_end).encode("latin-1"))
        return True

    def message(self):
        lines = []
        while (line := self.file.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        keep(b"".join(lines))

    def run(self):
        if not self.answer("greeting"):
            return
        while line := self.file.readline():
            say("TLS" if self.encrypted else "PLAIN", line.decode("latin-1").strip())
            word = line.split()[0].decode("latin-1").upper()
            if not self.answer(word) or word == "QUIT":
                return
            if word == "STARTTLS" and not context:
                self.connection.sendall(b"this is no TLS\r\n")
                return
            if word == "STARTTLS":
                self.connection = context.wrap_socket(self.connection, server_side=True)
                self.file, self.encrypted = self.connection.makefile("rb"), True
            if word == "DATA":
                self.message()
                if not self.answer("."):
                    return


def serve(connection):
    try:
        Session(connection).run()
    except OSError as fault:
        say("FAULT", fault)
    finally:
        # makefile keeps the connection open as long as it lives.
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        connection.close()


listener = socket.create_server(("127.0.0.1", options.port))
say("READY", options.port)
while True:
    connection, _ = listener.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
