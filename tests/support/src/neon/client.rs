//! The client's side up to its startup packet: TLS and whom it asks for.

use std::io;
use std::pin::Pin;

use anyhow::Result;
use bytes::Bytes;
use openssl::pkey::PKey;
use openssl::sha::sha256;
use openssl::ssl::{AlpnError, NameType, Ssl, SslAcceptor, SslMethod, SslVersion, select_next_proto};
use openssl::x509::X509;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_openssl::SslStream;

use super::message;
use super::wire::{Opening, invalid, read_opening, send_error};
use crate::certificates::Certificates;

/// Length and name of the protocol.
const ALPN: &[u8] = b"\x0apostgresql";
/// The first byte of a TLS handshake; a startup packet that began with it would be hundreds of megabytes
/// long.
const HANDSHAKE: u8 = 0x16;

/// The request of a client.
pub(super) enum ClientRequest {
    Session(Client),
    /// The whole packet.
    Cancel(Bytes),
    /// Nothing that is still to be answered.
    Nothing,
}

/// A client over TLS.
pub(super) struct Client {
    pub(super) stream: SslStream<TcpStream>,
    pub(super) sni: Option<String>,
    /// Name and value of the startup packet's parameters.
    pub(super) parameters: Vec<(String, String)>,
}

impl Client {
    /// A parameter's value.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// Takes clients in.
pub(super) struct Acceptor {
    tls: SslAcceptor,
    /// SCRAM's channel binding: the SHA-256 of the certificate, whose signature uses SHA-256 too.
    pub(super) end_point: [u8; 32],
}

impl Acceptor {
    pub(super) fn new(certificates: &Certificates) -> Result<Self> {
        let certificate = X509::from_pem(&certificates.certificate)?;
        let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
        builder.set_min_proto_version(Some(SslVersion::TLS1_2))?;
        builder.set_certificate(&certificate)?;
        let key = PKey::private_key_from_pem(&certificates.key)?;
        builder.set_private_key(&key)?;
        builder.set_alpn_select_callback(|_, offered| {
            select_next_proto(ALPN, offered).ok_or(AlpnError::ALERT_FATAL)
        });
        Ok(Self { tls: builder.build(), end_point: sha256(&certificate.to_der()?) })
    }

    pub(super) async fn accept(&self, mut tcp: TcpStream) -> io::Result<ClientRequest> {
        tcp.set_nodelay(true)?;
        loop {
            let mut first = [0];
            if tcp.peek(&mut first).await? == 0 {
                return Ok(ClientRequest::Nothing);
            }
            if first == [HANDSHAKE] {
                break;
            }
            match read_opening(&mut tcp).await? {
                Opening::Ssl => {
                    tcp.write_all(b"S").await?;
                    break;
                }
                Opening::GssEnc => tcp.write_all(b"N").await?,
                Opening::Cancel(packet) => return Ok(ClientRequest::Cancel(packet)),
                Opening::Startup(_) => {
                    send_error(&mut tcp, message::INSECURE).await?;
                    return Ok(ClientRequest::Nothing);
                }
            }
        }
        let mut stream = SslStream::new(Ssl::new(self.tls.context())?, tcp)?;
        Pin::new(&mut stream).accept().await.map_err(io::Error::other)?;
        match read_opening(&mut stream).await? {
            Opening::Startup(parameters) => {
                let sni = stream.ssl().servername(NameType::HOST_NAME).map(str::to_owned);
                Ok(ClientRequest::Session(Client { stream, sni, parameters }))
            }
            Opening::Cancel(packet) => Ok(ClientRequest::Cancel(packet)),
            Opening::Ssl | Opening::GssEnc => Err(invalid("a request for encryption under encryption")),
        }
    }
}
