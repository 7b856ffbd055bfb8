//! The TLS connector: OpenSSL through native-tls, TLS 1.2 or later, chain and host name always verified.

use std::path::Path;

use native_tls::{Certificate, Protocol, TlsConnector};

use crate::error::Error;
use crate::url::{Negotiation, Roots, Url};

/// Builds the connector for a URL. Reads the file of `sslrootcert`; the system's roots come from OpenSSL's probe,
/// which honours `SSL_CERT_FILE` and `SSL_CERT_DIR`.
pub(crate) fn connector(url: &Url) -> Result<TlsConnector, Error> {
    let mut builder = TlsConnector::builder();
    builder.min_protocol_version(Some(Protocol::Tlsv12));
    if url.negotiation == Negotiation::Direct {
        // Without this protocol name a server takes a direct handshake for another protocol's and hangs up.
        postgres_native_tls::set_postgresql_alpn(&mut builder);
    }
    if let Roots::File(path) = &url.roots {
        builder.disable_built_in_roots(true);
        for certificate in certificates(path)? {
            builder.add_root_certificate(certificate);
        }
    }
    builder.build().map_err(Error::TlsSetup)
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
