"""A resource server in Python: tokens checked as JWT (RFC 9068) or by introspection (RFC 7662), DPoP (RFC 9449), scopes,
step-up (RFC 9470) and the metadata of RFC 9728. `Guard.check` fits every framework; below it stands a server of the standard library.

    pip install joserfc
    ISSUER=https://auth.example.org RESOURCE=https://notes.example.org/api python resource_server.py

With CLIENT_ID and CLIENT_SECRET the guard asks the authorization server about each token.
"""

import base64
import hashlib
import json
import os
import threading
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, import_key
from joserfc.jws import JWSRegistry

TOKEN_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA"]
PROOF_ALGORITHMS = ["ES256", "ES384", "ES512", "EdDSA", "PS256", "RS256"]
PROOF_SECONDS, SKEW_SECONDS = 60, 10
ABSENT = object()
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


# The header of a proof has the public key, which is long for RSA.
PROOF_REGISTRY = JWSRegistry(algorithms=PROOF_ALGORITHMS)
PROOF_REGISTRY.max_header_length = 4096


class Refused(Exception):
    """`status`, `error` (None: no token was sent) and what the challenge says besides."""

    def __init__(self, status, error, **parameters):
        super().__init__(error)
        self.status, self.error, self.parameters = status, error, parameters


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(NoRedirect)


def fetch_json(url, form=None, headers=None):
    data = None if form is None else urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(url, data, {"Accept": "application/json", **(headers or {})})
    with OPENER.open(request, timeout=5) as response:
        return json.load(response)


class Guard:
    def __init__(self, issuer, resource, client_id=None, client_secret=None, scopes=()):
        self.issuer, self.resource = issuer, resource
        self.client_id, self.client_secret = client_id, client_secret
        parts = urllib.parse.urlsplit(resource)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        # RFC 9728 section 3.1. `tessera resource show` prints the document and this address.
        self.metadata_path = "/.well-known/oauth-protected-resource" + parts.path.rstrip("/")
        self.metadata = {
            "resource": resource,
            "authorization_servers": [issuer],
            "scopes_supported": list(scopes),
            "bearer_methods_supported": ["header"],
            "dpop_signing_alg_values_supported": PROOF_ALGORITHMS,
        }
        self._lock, self._keys, self._fetched_at, self._proofs = threading.Lock(), None, 0, {}
        self._server = None

    def check(self, method, path, authorization, proof, scope=None, acr=None, max_age=None):
        """The claims of the token. Raises Refused."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() not in ("bearer", "dpop"):
            raise Refused(401, None, **({"scope": scope} if scope else {}))
        token = token.strip()
        if not token or " " in token or "," in token:
            raise Refused(400, "invalid_request")
        if len(token) > 16384:
            raise Refused(401, "invalid_token")
        claims = self._introspected(token) if self.client_id else self._verified(token)
        audience = claims.get("aud")
        if self.resource not in ([audience] if isinstance(audience, str) else audience or []):
            raise Refused(401, "invalid_token", error_description="The token is for another resource.")
        if not isinstance(claims.get("exp"), int) or claims["exp"] <= time.time():
            raise Refused(401, "invalid_token", error_description="The token has expired.")
        self._require_possession(method, path, scheme.lower(), token, proof, claims.get("cnf", ABSENT))
        granted = str(claims.get("scope", "")).split()
        if scope and not all(name in granted for name in scope.split()):
            raise Refused(403, "insufficient_scope", scope=scope)
        # RFC 9470 section 3.
        weak = acr is not None and claims.get("acr") not in acr.split()
        old = max_age is not None and time.time() - (claims.get("auth_time") or 0) > max_age
        if weak or old:
            demands = {"acr_values": acr, "max_age": max_age}
            raise Refused(
                401, "insufficient_user_authentication", **{k: v for k, v in demands.items() if v is not None}
            )
        return claims

    def challenge(self, refused, authorization):
        """The value of WWW-Authenticate."""
        address = {"resource_metadata": self.origin + self.metadata_path}
        wrong = {**({"error": refused.error} if refused.error else {}), **refused.parameters}
        used_dpop = (authorization or "").lower().startswith("dpop ")
        challenges = {
            "Bearer": {**({} if used_dpop else wrong), **address},
            "DPoP": {**(wrong if used_dpop else {}), **address, "algs": " ".join(PROOF_ALGORITHMS)},
        }
        return ", ".join(
            f"{scheme} " + ", ".join(f'{name}="{value}"' for name, value in parameters.items())
            for scheme, parameters in challenges.items()
        )

    def _endpoint(self, name):
        """RFC 8414 section 3."""
        if self._server is None:
            parts = urllib.parse.urlsplit(self.issuer)
            well_known = f"{parts.scheme}://{parts.netloc}/.well-known/oauth-authorization-server{parts.path}"
            found = fetch_json(well_known)
            if found["issuer"] != self.issuer:
                raise ValueError("These are the metadata of another issuer.")
            self._server = found
        return self._server[name]

    def _key_set(self, refresh=False):
        with self._lock:
            age = time.monotonic() - self._fetched_at
            # A stranger can name any kid: for one that is unknown, the set is fetched again every 30 seconds at most.
            if self._keys is None or age > 600 or (refresh and age > 30):
                self._keys = KeySet.import_key_set(fetch_json(self._endpoint("jwks_uri")))
                self._fetched_at = time.monotonic()
            return self._keys

    def _verified(self, token):
        for refresh in (False, True):
            try:
                # The key is chosen by kid, and its own `alg` must be the one of the header (RFC 8725 section 3.1).
                decoded = jwt.decode(token, self._key_set(refresh), algorithms=TOKEN_ALGORITHMS)
                break
            except (JoseError, ValueError) as error:
                if refresh:
                    raise Refused(401, "invalid_token") from error
        if str(decoded.header.get("typ", "")).lower() not in ("at+jwt", "application/at+jwt"):
            raise Refused(401, "invalid_token", error_description="This is no access token.")
        if decoded.claims.get("iss") != self.issuer:
            raise Refused(401, "invalid_token", error_description="The token is of another issuer.")
        return decoded.claims

    def _introspected(self, token):
        halves = ":".join(urllib.parse.quote_plus(half) for half in (self.client_id, self.client_secret))
        basic = {"Authorization": "Basic " + base64.b64encode(halves.encode()).decode()}
        claims = fetch_json(self._endpoint("introspection_endpoint"), {"token": token}, basic)
        # A refresh token has no token_type.
        if claims.get("active") is not True or "token_type" not in claims:
            raise Refused(401, "invalid_token")
        return claims

    def _require_possession(self, method, path, scheme, token, proof, cnf):
        """RFC 9449 section 7.1: a bound token never counts without a proof of its key."""
        if cnf is ABSENT:
            if scheme == "dpop":
                raise Refused(401, "invalid_token", error_description="The token is not bound to a key.")
            return
        if scheme != "dpop" or not isinstance(cnf, dict) or set(cnf) != {"jkt"}:
            raise Refused(401, "invalid_token", error_description="The token is bound to a key: send a proof.")
        try:
            header = json.loads(base64.urlsafe_b64decode(proof.split(".")[0] + "==="))
            if header["typ"] != "dpop+jwt" or PRIVATE_MEMBERS & set(header["jwk"]):
                raise ValueError("typ or jwk")
            key = import_key(header["jwk"])
            if key.thumbprint() != cnf["jkt"]:
                raise ValueError("another key")
            claims = jwt.decode(proof, key, registry=PROOF_REGISTRY).claims
            digest = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).decode().rstrip("=")
            where = urllib.parse.urlsplit(claims["htu"])
            # The address is the configured one: the header Host is the client's word.
            expected = self.origin + urllib.parse.urlsplit(path).path
            if claims["htm"] != method or f"{where.scheme}://{where.netloc}{where.path}" != expected:
                raise ValueError("htm or htu")
            if claims["ath"] != digest or not -SKEW_SECONDS <= time.time() - claims["iat"] <= PROOF_SECONDS:
                raise ValueError("ath or iat")
            if not isinstance(claims["jti"], str) or len(claims["jti"]) > 256:
                raise ValueError("jti")
            self._use_once(hashlib.sha256(f"{cnf['jkt']} {claims['jti']}".encode()).digest())
        except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise Refused(401, "invalid_dpop_proof") from error

    def _use_once(self, proof):
        """Several processes need a common place for this, such as Redis (SET NX EX)."""
        with self._lock:
            now = time.monotonic()
            while self._proofs and next(iter(self._proofs.values())) <= now:
                self._proofs.pop(next(iter(self._proofs)))
            if proof in self._proofs or len(self._proofs) >= 100_000:
                raise ValueError("used before")
            self._proofs[proof] = now + PROOF_SECONDS + SKEW_SECONDS + 1


def main():
    guard = Guard(
        os.environ["ISSUER"],
        os.environ["RESOURCE"],
        os.environ.get("CLIENT_ID"),
        os.environ.get("CLIENT_SECRET"),
        ["notes.read"],
    )
    demands = {
        "/api/notes": {"scope": "notes.read"},
        "/api/danger": {"scope": "notes.read", "acr": "2", "max_age": 300},
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path = urllib.parse.urlsplit(self.path).path
            if path == guard.metadata_path:
                return self.answer(200, guard.metadata)
            if path not in demands:
                return self.answer(404, {})
            authorization = self.headers.get("Authorization")
            proofs = self.headers.get_all("DPoP") or [""]
            try:
                proof = proofs[0] if len(proofs) == 1 else ""
                claims = guard.check(self.command, self.path, authorization, proof, **demands[path])
            except Refused as refused:
                challenge = {"WWW-Authenticate": guard.challenge(refused, authorization)}
                return self.answer(refused.status, {"error": refused.error}, challenge)
            except OSError:
                return self.answer(503, {"error": "temporarily_unavailable"}, {"Retry-After": "5"})
            self.answer(200, {"subject": claims["sub"], "scope": claims.get("scope", "").split()})

        def answer(self, status, body, headers=None):
            text = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            """Addresses may hold secrets of clients that send tokens the wrong way."""

    ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "9000"))), Handler).serve_forever()


if __name__ == "__main__":
    main()
