"""In the place of ManyChat and Telegram: takes what is sent to customers and keeps it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ChannelStub:
    """One server for both channels, and for the CRM, which is asked nothing here. `sent` has a pair of path and body
    for each call."""

    def __enter__(self):
        self.sent = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                stub.sent.append((self.path, json.loads(body)))
                if self.path.startswith("/bot"):
                    answer = {"ok": True, "result": {"message_id": len(stub.sent)}}
                else:
                    answer = {"status": "success"}
                text = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def told(self, user):
        """What was sent to one customer, as JSON in one string."""
        return "".join(
            json.dumps(body, ensure_ascii=False)
            for _, body in list(self.sent)
            if str(body.get("subscriber_id", body.get("chat_id"))) == user
        )
