//! The TLS connectors: OpenSSL through native-tls, TLS 1.2 or later, chain and host name always verified.

use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use native_tls::{Certificate, Protocol, TlsConnector};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

use crate::error::Error;
use crate::url::{Roots, Url};

/// The way in which TLS begins, once that is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// With the handshake itself.
    Direct,
    /// With a plain request for it.
    Request,
}

/// A connector for each way to begin, made when it is first needed: OpenSSL and a system's authorities take
/// it several milliseconds, which a function has better uses for before its first request.
pub(crate) struct Connectors {
    trusted: Arc<Trusted>,
    direct: OnceCell<TlsConnector>,
    on_request: OnceCell<TlsConnector>,
}

/// Whom to trust.
enum Trusted {
    /// The system's authorities, which OpenSSL's probe finds; it honours `SSL_CERT_FILE` and `SSL_CERT_DIR`.
    System,
    /// Those of `sslrootcert` alone: its path, and what it holds.
    File { path: PathBuf, pem: Vec<u8> },
}

impl Connectors {
    /// Reads the file of `sslrootcert`.
    pub(crate) fn new(url: &Url) -> Result<Self, Error> {
        let trusted = match &url.roots {
            Roots::System => Trusted::System,
            Roots::File(path) => Trusted::read(path)?,
        };
        Ok(Self { trusted: Arc::new(trusted), direct: OnceCell::new(), on_request: OnceCell::new() })
    }

    /// The connector of one way. It is made on a thread of its own, so that others go on meanwhile.
    pub(crate) async fn get(&self, start: Start) -> Result<TlsConnector, Error> {
        let cell = match start {
            Start::Direct => &self.direct,
            Start::Request => &self.on_request,
        };
        let made = cell.get_or_try_init(async || {
            let trusted = Arc::clone(&self.trusted);
            let made = spawn_blocking(move || trusted.connector(start)).await;
            made.unwrap_or_else(|ended| resume_unwind(ended.into_panic()))
        });
        made.await.cloned()
    }
}

impl Trusted {
    /// Fails at once where the file cannot be read; its content is parsed later.
    fn read(path: &Path) -> Result<Self, Error> {
        let pem = std::fs::read(path).map_err(|error| refusal(path, error))?;
        if !pem.windows(BEGIN.len()).any(|window| window == BEGIN) {
            return Err(refusal(path, "it holds no PEM certificate"));
        }
        Ok(Self::File { path: path.to_owned(), pem })
    }

    fn connector(&self, start: Start) -> Result<TlsConnector, Error> {
        let mut builder = TlsConnector::builder();
        builder.min_protocol_version(Some(Protocol::Tlsv12));
        if start == Start::Direct {
            // Without this protocol name a server takes a direct handshake for another protocol's and hangs
            // up.
            postgres_native_tls::set_postgresql_alpn(&mut builder);
        }
        if let Self::File { path, pem } = self {
            builder.disable_built_in_roots(true);
            for certificate in Certificate::stack_from_pem(pem).map_err(|error| refusal(path, error))? {
                builder.add_root_certificate(certificate);
            }
        }
        builder.build().map_err(Error::TlsSetup)
    }
}

/// Start of a certificate in PEM (RFC 7468).
const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";

fn refusal(path: &Path, problem: impl ToString) -> Error {
    Error::RootCertificate { path: path.to_owned(), problem: problem.to_string() }
}
