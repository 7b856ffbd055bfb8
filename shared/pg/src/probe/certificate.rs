//! The facts of a certificate that matter to a person.

use std::net::IpAddr;

use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::x509::{X509NameRef, X509Ref};

const DAY: i64 = 86_400;

/// A server's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Whom it names: the common name, else the organization.
    pub subject: String,
    /// Name of the signer, likewise.
    pub issuer: String,
    /// The DNS names and addresses that it is made out to.
    pub names: Vec<String>,
    /// Its last second, in seconds since 1970.
    pub expires: i64,
    /// Whole days until then; below 0 once it is past.
    pub days_left: i64,
}

impl Certificate {
    /// None where its times cannot be read.
    pub(super) fn read(certificate: &X509Ref) -> Option<Self> {
        let seconds_until = |from: &Asn1TimeRef| -> Result<i64, ErrorStack> {
            let until = from.diff(certificate.not_after())?;
            Ok(i64::from(until.days) * DAY + i64::from(until.secs))
        };
        let expires = Asn1Time::from_unix(0).and_then(|epoch| seconds_until(&epoch)).ok()?;
        let left = Asn1Time::days_from_now(0).and_then(|now| seconds_until(&now)).ok()?;
        Some(Self {
            subject: name(certificate.subject_name()),
            issuer: name(certificate.issuer_name()),
            names: names(certificate),
            expires,
            days_left: left.div_euclid(DAY),
        })
    }
}

fn name(name: &X509NameRef) -> String {
    [Nid::COMMONNAME, Nid::ORGANIZATIONNAME]
        .into_iter()
        .find_map(|nid| Some(name.entries_by_nid(nid).next()?.data().to_string().ok()?.to_string()))
        .unwrap_or_else(|| "a nameless one".to_owned())
}

fn names(certificate: &X509Ref) -> Vec<String> {
    let address = |bytes: &[u8]| -> Option<IpAddr> {
        <[u8; 4]>::try_from(bytes)
            .map(IpAddr::from)
            .or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
            .ok()
    };
    let alternatives = certificate.subject_alt_names().into_iter().flatten();
    alternatives
        .filter_map(|alternative| {
            let dns = alternative.dnsname().map(str::to_owned);
            dns.or_else(|| alternative.ipaddress().and_then(address).map(|address| address.to_string()))
        })
        .collect()
}
