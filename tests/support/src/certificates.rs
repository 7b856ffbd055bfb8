//! A certificate authority of a server's own, and the certificate it signs.

use std::time::SystemTime;

use anyhow::Result;
use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName,
    SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Builder, X509Name, X509NameBuilder};

/// X.509 counts its versions from zero.
const VERSION_3: i32 = 2;
const DAYS: u32 = 3650;
/// In seconds.
const DAY: u64 = 24 * 60 * 60;

/// When a certificate may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// From now on, for years.
    Current,
    /// Until yesterday.
    Expired,
    /// From tomorrow on.
    Future,
}

/// PEM texts. The authority's key is forgotten once it has signed.
pub(crate) struct Certificates {
    /// The authority that clients trust, PEM.
    pub(crate) authority: Vec<u8>,
    /// The server's certificate: made out to the requested names, 127.0.0.1 and ::1.
    pub(crate) certificate: Vec<u8>,
    /// The server's private key.
    pub(crate) key: Vec<u8>,
}

/// Makes an authority and a server certificate for these DNS names. Keys are P-256, whose handshakes are the
/// cheapest; signatures use SHA-256, as a channel binding of `tls-server-end-point` is computed with the
/// signature's hash (RFC 5929).
pub(crate) fn generate(dns_names: &[&str]) -> Result<Certificates> {
    generate_dated(dns_names, Validity::Current)
}

/// The same, with a certificate of the server's that may be out of date; its authority is not.
pub(crate) fn generate_dated(dns_names: &[&str], validity: Validity) -> Result<Certificates> {
    let authority_key = new_key()?;
    let authority_name = name("Branchline local authority")?;
    let mut builder = unsigned(&authority_name, &authority_name, &authority_key)?;
    builder.append_extension(BasicConstraints::new().critical().ca().pathlen(0).build()?)?;
    builder.append_extension(KeyUsage::new().critical().key_cert_sign().crl_sign().build()?)?;
    let identifier = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None))?;
    builder.append_extension(identifier)?;
    builder.sign(&authority_key, MessageDigest::sha256())?;
    let authority = builder.build();

    let key = new_key()?;
    let mut builder = unsigned(&name("Branchline local server")?, &authority_name, &key)?;
    builder.append_extension(BasicConstraints::new().critical().build()?)?;
    builder.append_extension(KeyUsage::new().critical().digital_signature().build()?)?;
    builder.append_extension(ExtendedKeyUsage::new().server_auth().build()?)?;
    let context = builder.x509v3_context(Some(&authority), None);
    let mut names = SubjectAlternativeName::new();
    for dns_name in dns_names {
        names.dns(dns_name);
    }
    let names = names.ip("127.0.0.1").ip("::1").build(&context)?;
    let identifier = SubjectKeyIdentifier::new().build(&context)?;
    let issuer = AuthorityKeyIdentifier::new().keyid(true).build(&context)?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    let (from, to) = match validity {
        Validity::Current => (now - DAY, now + u64::from(DAYS) * DAY),
        Validity::Expired => (now - 30 * DAY, now - DAY),
        Validity::Future => (now + DAY, now + 30 * DAY),
    };
    builder.set_not_before(&*Asn1Time::from_unix(i64::try_from(from)?)?)?;
    builder.set_not_after(&*Asn1Time::from_unix(i64::try_from(to)?)?)?;
    for extension in [names, identifier, issuer] {
        builder.append_extension(extension)?;
    }
    builder.sign(&authority_key, MessageDigest::sha256())?;

    Ok(Certificates {
        authority: authority.to_pem()?,
        certificate: builder.build().to_pem()?,
        key: key.private_key_to_pem_pkcs8()?,
    })
}

fn new_key() -> Result<PKey<Private>> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    Ok(PKey::from_ec_key(EcKey::generate(&group)?)?)
}

fn name(common_name: &str) -> Result<X509Name> {
    let mut builder = X509NameBuilder::new()?;
    builder.append_entry_by_nid(Nid::COMMONNAME, common_name)?;
    Ok(builder.build())
}

fn unsigned(subject: &X509Name, issuer: &X509Name, key: &PKey<Private>) -> Result<X509Builder> {
    let mut serial = BigNum::new()?;
    serial.rand(127, MsbOption::MAYBE_ZERO, false)?;
    let mut builder = X509::builder()?;
    builder.set_version(VERSION_3)?;
    builder.set_serial_number(&*serial.to_asn1_integer()?)?;
    builder.set_subject_name(subject)?;
    builder.set_issuer_name(issuer)?;
    builder.set_pubkey(key)?;
    builder.set_not_before(&*Asn1Time::days_from_now(0)?)?;
    builder.set_not_after(&*Asn1Time::days_from_now(DAYS)?)?;
    Ok(builder)
}
