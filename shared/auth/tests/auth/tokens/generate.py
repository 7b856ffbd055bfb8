"""Writes tokens.json: keys and JWTs of another library than the one under test, for a fixed time.

    pip install PyJWT==2.15.1 cryptography==50.0.2
    python generate.py > tokens.json

Each run makes other keys. The private ones are not kept.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode

import cryptography
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NOW = 1_800_000_000
CLAIMS = {
    "iss": "https://id.example/",
    "aud": "branchline",
    "sub": "user|7",
    "iat": NOW - 60,
    "nbf": NOW - 60,
    "exp": NOW + 840,
    "email": "ada@id.example",
    "name": "Ada Lövelace",
    "o": {"id": "0193a0de-7000-7000-8000-00000000000a", "slug": "ada-co", "role": "admin"},
}

keys = {
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
}


def jwk(algorithm):
    public = jwt.get_algorithm_by_name(algorithm).to_jwk(keys[algorithm].public_key(), as_dict=True)
    return public | {"kid": f"key of {algorithm}", "use": "sig", "alg": algorithm}


def token(algorithm, claims=CLAIMS, headers=None):
    return jwt.encode(claims, keys[algorithm], algorithm, {"kid": f"key of {algorithm}"} | (headers or {}))


def part(data):
    return urlsafe_b64encode(data).rstrip(b"=")


def hs256_by_public_key(algorithm):
    """PyJWT refuses to sign with a public key, as a forger does not."""
    secret = keys[algorithm].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "typ": "JWT", "kid": f"key of {algorithm}"}
    message = b".".join(part(json.dumps(each).encode()) for each in (header, CLAIMS))
    return (message + b"." + part(hmac.digest(secret, message, hashlib.sha256))).decode()


print(
    json.dumps(
        {
            "made_by": f"generate.py with PyJWT {jwt.__version__}, cryptography {cryptography.__version__}",
            "now": NOW,
            "jwks": {"keys": [jwk(algorithm) for algorithm in keys]},
            "valid": {algorithm: token(algorithm) for algorithm in keys},
            "forged": {
                "alg none": jwt.encode(CLAIMS, None, "none", {"kid": "key of EdDSA"}),
                "HS256 by the RSA key": hs256_by_public_key("RS256"),
                "HS256 by the Ed25519 key": hs256_by_public_key("EdDSA"),
                "PS256 by the RSA key": jwt.encode(CLAIMS, keys["RS256"], "PS256", {"kid": "key of RS256"}),
                "RS512 by the RSA key": jwt.encode(CLAIMS, keys["RS256"], "RS512", {"kid": "key of RS256"}),
                "another kid": token("EdDSA", headers={"kid": "key of RS256"}),
                "unknown kid": token("EdDSA", headers={"kid": "../key of EdDSA"}),
                "expired": token("ES256", CLAIMS | {"exp": NOW - 30}),
                "not yet valid": token("ES256", CLAIMS | {"nbf": NOW + 31}),
                "another audience": token("RS256", CLAIMS | {"aud": "other"}),
                "another issuer": token("RS256", CLAIMS | {"iss": "https://id.example"}),
            },
        },
        indent=1,
        ensure_ascii=False,
    )
)
