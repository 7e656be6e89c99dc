"""As much of a container engine as Traefik asks for: python3 containers.py PORT FILE, where FILE has the labels of each container by its name."""

import http.server
import json
import sys
import time

CONTAINERS = json.load(open(sys.argv[2], encoding="utf-8"))


def described(name):
    # In the network of the machine, so that a label with the port says all of the address.
    host = {"NetworkMode": "host"}
    return {
        "Id": name, "Name": "/" + name, "State": {"Status": "running", "Running": True}, "HostConfig": host,
        "Config": {"Labels": CONTAINERS[name], "Hostname": name},
        "NetworkSettings": {"Networks": {"host": {"NetworkID": "host", "IPAddress": ""}}, "Ports": {}},
    }


class Engine(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        path = self.path.split("?")[0]
        parts = path.strip("/").split("/")
        if path.endswith("/events"):
            self.send_response(200)
            self.end_headers()
            self.wfile.flush()
            time.sleep(3600)
            return
        if path.endswith("/containers/json"):
            names = CONTAINERS
            answer = [{"Id": name, "Names": ["/" + name], "Labels": CONTAINERS[name], "State": "running"} for name in names]
        elif "containers" in parts:
            answer = described(parts[parts.index("containers") + 1])
        elif path.endswith("/version"):
            answer = {"Version": "27.0.0", "ApiVersion": "1.44", "MinAPIVersion": "1.24", "Os": "linux", "Arch": "amd64"}
        else:
            answer = {}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Api-Version", "1.44")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Engine).serve_forever()
