"""A device in software that keeps one passkey, and signs what a device should not, if told so."""

from __future__ import annotations

import json
import secrets
import struct
from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def b64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


class Device:
    """`host` is whom the passkey belongs to, `origin` the page that asks for it."""

    def __init__(self, host: str, *, handle: str = "") -> None:
        self.host, self.handle = host, handle
        self.origin = f"https://{host}"
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)

    def make(self, options: dict) -> str:
        """What the browser sends for `navigator.credentials.create(options)`."""
        asked = options["publicKey"]
        self.handle = asked["user"]["id"]
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        data = self._about(PRESENT | VERIFIED | ATTESTED) + bytes(16)
        data += struct.pack(">H", len(self.id)) + self.id + public
        attested = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return self._sent(
            {
                "clientDataJSON": b64(self._told("webauthn.create", asked["challenge"])),
                "attestationObject": b64(attested),
            },
            {"credProps": {"rk": True}},
        )

    def sign(self, options: dict, *, flags: int = PRESENT | VERIFIED) -> str:
        """What the browser sends for `navigator.credentials.get(options)`."""
        told = self._told("webauthn.get", options["publicKey"]["challenge"])
        data = self._about(flags)
        signature = self.key.sign(data + sha256(told).digest(), ec.ECDSA(SHA256()))
        return self._sent(
            {
                "clientDataJSON": b64(told), "authenticatorData": b64(data),
                "signature": b64(signature), "userHandle": self.handle,
            }
        )  # fmt: skip

    def _about(self, flags: int) -> bytes:
        return sha256(self.host.encode()).digest() + bytes([flags]) + struct.pack(">I", 1)

    def _told(self, act: str, challenge: str) -> bytes:
        return json.dumps({"type": act, "challenge": challenge, "origin": self.origin}).encode()

    def _sent(self, response: dict, known: dict | None = None) -> str:
        return json.dumps(
            {
                "id": b64(self.id), "rawId": b64(self.id), "type": "public-key",
                "response": response, "clientExtensionResults": known or {},
            }
        )  # fmt: skip
