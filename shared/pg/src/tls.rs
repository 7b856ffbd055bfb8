//! The TLS connectors: OpenSSL through native-tls, TLS 1.2 or later, chain and host name always verified.

use std::path::Path;
use std::sync::OnceLock;

use native_tls::{Certificate, Protocol, TlsConnector};

use crate::error::Error;
use crate::url::{Negotiation, Roots, Url};

/// How TLS begins, once that is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// With the handshake itself.
    Direct,
    /// With a plain request for it.
    Request,
}

/// A connector for each way to begin. Reading the system's authorities takes milliseconds, so the second one waits until
/// it is needed.
pub(crate) struct Connectors {
    roots: Vec<Certificate>,
    replaces_system: bool,
    direct: OnceLock<TlsConnector>,
    on_request: OnceLock<TlsConnector>,
}

impl Connectors {
    /// Reads the file of `sslrootcert`; the system's roots come from OpenSSL's probe, which honours `SSL_CERT_FILE` and
    /// `SSL_CERT_DIR`.
    pub(crate) fn new(url: &Url) -> Result<Self, Error> {
        let (roots, replaces_system) = match &url.roots {
            Roots::System => (Vec::new(), false),
            Roots::File(path) => (certificates(path)?, true),
        };
        let connectors =
            Self { roots, replaces_system, direct: OnceLock::new(), on_request: OnceLock::new() };
        connectors.get(match url.negotiation {
            Negotiation::Postgres => Start::Request,
            Negotiation::Automatic | Negotiation::Direct => Start::Direct,
        })?;
        Ok(connectors)
    }

    /// The connector of one way.
    pub(crate) fn get(&self, start: Start) -> Result<TlsConnector, Error> {
        let made = match start {
            Start::Direct => &self.direct,
            Start::Request => &self.on_request,
        };
        if let Some(connector) = made.get() {
            return Ok(connector.clone());
        }
        let connector = self.build(start).map_err(Error::TlsSetup)?;
        Ok(made.get_or_init(|| connector).clone())
    }

    fn build(&self, start: Start) -> native_tls::Result<TlsConnector> {
        let mut builder = TlsConnector::builder();
        builder.min_protocol_version(Some(Protocol::Tlsv12)).disable_built_in_roots(self.replaces_system);
        if start == Start::Direct {
            // Without this protocol name a server takes a direct handshake for another protocol's and hangs up.
            postgres_native_tls::set_postgresql_alpn(&mut builder);
        }
        for certificate in &self.roots {
            builder.add_root_certificate(certificate.clone());
        }
        builder.build()
    }
}

/// Every certificate of a PEM file.
fn certificates(path: &Path) -> Result<Vec<Certificate>, Error> {
    let refusal = |problem: String| Error::RootCertificate { path: path.to_owned(), problem };
    let pem = std::fs::read(path).map_err(|e| refusal(e.to_string()))?;
    let certificates = Certificate::stack_from_pem(&pem).map_err(|e| refusal(e.to_string()))?;
    if certificates.is_empty() {
        return Err(refusal("it holds no PEM certificate".to_owned()));
    }
    Ok(certificates)
}
