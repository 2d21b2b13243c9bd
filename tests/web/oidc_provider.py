"""A small OpenID Connect provider on this machine: discovery, keys, tokens signed with RS256."""

from __future__ import annotations

import json
import threading
import time
from base64 import urlsafe_b64encode
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "kring", "a secret of two"


class Provider:
    """Who signs in next is `claims`; `asked` are the paths and hosts that were called."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.claims: dict = {}
        self.codes: dict[str, tuple[dict, str]] = {}
        self.asked: list[str] = []
        self.broken = False
        self.elsewhere = ""  # another place for its token endpoint
        self.token_claims: dict = {}  # what its id_token says otherwise

    def allow(self, location: str) -> dict[str, str]:
        """What the member's browser brings back after signing in there."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = (dict(self.claims), asked["code_challenge"])
        return {"code": code, "state": asked["state"]}

    def discovery(self) -> dict:
        token = f"{self.elsewhere or self.url}/token"
        return {
            "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": token, "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }  # fmt: skip

    def token(self, form: dict[str, str]) -> dict | None:
        claims, challenge = self.codes.pop(form.get("code", ""), ({}, ""))
        proof = sha256(form.get("code_verifier", "").encode()).digest()
        proved = urlsafe_b64encode(proof).rstrip(b"=").decode() == challenge
        if not proved or form.get("client_secret") != SECRET:
            return None
        now = int(time.time())
        whole = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60, **claims}
        whole |= self.token_claims
        signed = jwt.encode(whole, self.key, algorithm="RS256", headers={"kid": "1"})
        return {"access_token": json.dumps(claims), "token_type": "Bearer", "id_token": signed}


@contextmanager
def provider():
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if urlsplit(self.path).path == "/authorize":
                self.send_back()
            else:
                self.reply(urlsplit(self.path).path)

        def send_back(self) -> None:
            """As if the member had signed in here, without a word."""
            back = parse_qs(urlsplit(self.path).query)["redirect_uri"][0]
            self.send_response(302)
            self.send_header("Location", f"{back}?{urlencode(made.allow(self.path))}")
            self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.reply(self.path, {name: values[0] for name, values in parse_qs(body).items()})

        def reply(self, path: str, form: dict[str, str] | None = None) -> None:
            made.asked.append(path)
            answer = None
            if path == "/.well-known/openid-configuration":
                answer = made.discovery()
            elif path == "/token" and form is not None:
                answer = made.token(form)
            elif path == "/userinfo":
                answer = json.loads(self.headers["Authorization"].removeprefix("Bearer "))
            self.send_response(500 if made.broken else 200 if answer is not None else 400)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(answer or {"error": "invalid_grant"}).encode())

        def log_message(self, *_words) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    made = Provider(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
