//! Signatures, verified by the OpenSSL that the database connections use. jsonwebtoken lets its cryptography
//! be chosen once for the process; its own backends would link a second library, and slow the start.

use std::sync::Once;

use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result as JwtResult, new_error};
use jsonwebtoken::signature::{Error as SignatureError, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind};
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Public};
use openssl::rsa::Rsa;
use openssl::sha::sha256;
use openssl::sign;

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(new_error(ErrorKind::Provider("this service signs nothing".to_owned()))),
    verifier_factory,
    key_utils: KeyUtils::new_unimplemented(),
};

/// Chooses OpenSSL for jsonwebtoken, which panics where nothing was chosen.
pub(crate) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // Fails only where the process has chosen already, and then that choice verifies.
        let _ = PROVIDER.install_default();
    });
}

/// A public key, ready to verify.
pub(crate) enum PublicKey {
    /// `RS256` (RFC 7518, section 3.3).
    Rsa(PKey<Public>),
    /// `ES256` (RFC 7518, section 3.4).
    P256(EcKey<Public>),
    /// `EdDSA` with Ed25519 (RFC 8037, section 3.1).
    Ed25519(PKey<Public>),
}

impl PublicKey {
    /// The RSA key of a modulus and an exponent.
    pub(crate) fn rsa(n: &[u8], e: &[u8]) -> Result<Self, ErrorStack> {
        let key = Rsa::from_public_components(BigNum::from_slice(n)?, BigNum::from_slice(e)?)?;
        PKey::from_rsa(key).map(Self::Rsa)
    }

    /// The key of a point of P-256, uncompressed. Fails where the point is not on the curve.
    pub(crate) fn p256(point: &[u8]) -> Result<Self, ErrorStack> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
        let point = EcPoint::from_bytes(&group, point, &mut *BigNumContext::new()?)?;
        let key = EcKey::from_public_key(&group, &point)?;
        key.check_key()?;
        Ok(Self::P256(key))
    }

    /// The key of 32 bytes.
    pub(crate) fn ed25519(bytes: &[u8]) -> Result<Self, ErrorStack> {
        PKey::public_key_from_raw_bytes(bytes, Id::ED25519).map(Self::Ed25519)
    }

    fn verifies(&self, message: &[u8], signature: &[u8]) -> Result<bool, ErrorStack> {
        match self {
            Self::Rsa(key) => {
                sign::Verifier::new(MessageDigest::sha256(), key)?.verify_oneshot(signature, message)
            }
            Self::P256(key) => {
                // Two numbers of 32 bytes; OpenSSL reads DER.
                let Some((r, s)) = signature.split_at_checked(32).filter(|(_, s)| s.len() == 32) else {
                    return Ok(false);
                };
                let signature =
                    EcdsaSig::from_private_components(BigNum::from_slice(r)?, BigNum::from_slice(s)?)?;
                signature.verify(&sha256(message), key)
            }
            Self::Ed25519(key) => sign::Verifier::new_without_digest(key)?.verify_oneshot(signature, message),
        }
    }
}

struct OpenSslVerifier {
    algorithm: Algorithm,
    key: PublicKey,
}

/// The algorithm is the key's: [`crate::jwks`] makes each key for one, and jsonwebtoken lets no other
/// through.
fn verifier_factory(algorithm: &Algorithm, key: &DecodingKey) -> JwtResult<Box<dyn JwtVerifier>> {
    let made = match (algorithm, key.kind()) {
        (Algorithm::RS256, DecodingKeyKind::RsaModulusExponent { n, e }) => PublicKey::rsa(n, e),
        (Algorithm::ES256, DecodingKeyKind::SecretOrDer(point)) => PublicKey::p256(point),
        (Algorithm::EdDSA, DecodingKeyKind::SecretOrDer(bytes)) => PublicKey::ed25519(bytes),
        _ => return Err(new_error(ErrorKind::UnsupportedAlgorithm)),
    };
    let key = made.map_err(|_| new_error(ErrorKind::InvalidKeyFormat))?;
    Ok(Box::new(OpenSslVerifier { algorithm: *algorithm, key }))
}

impl Verifier<Vec<u8>> for OpenSslVerifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        match self.key.verifies(message, signature) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(SignatureError::new()),
        }
    }
}

impl JwtVerifier for OpenSslVerifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}
