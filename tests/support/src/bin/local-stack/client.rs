//! A few HTTP requests to the emulator.

use anyhow::{Context, Result};
use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

pub(crate) struct Client {
    port: u16,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The body as it came.
    pub(crate) text: String,
    /// The body, where it is JSON.
    pub(crate) body: Value,
}

impl Client {
    pub(crate) fn new(port: u16) -> Self {
        Self { port }
    }

    pub(crate) async fn get(&self, target: &str) -> Result<Answer> {
        self.send("GET", target, Vec::new()).await
    }

    pub(crate) async fn post(&self, target: &str, body: Vec<u8>) -> Result<Answer> {
        self.send("POST", target, body).await
    }

    async fn send(&self, method: &str, target: &str, body: Vec<u8>) -> Result<Answer> {
        let host = format!("localhost:{}", self.port);
        let stream =
            TcpStream::connect(("127.0.0.1", self.port)).await.context("the emulator is not there")?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let request = Request::builder()
            .method(method)
            .uri(format!("/lambda-url/{target}"))
            .header(header::HOST, host)
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .body(Full::new(Bytes::from(body)))?;
        let response = sender.send_request(request).await?;
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await?.to_bytes();
        connection.abort();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Answer { status, body: serde_json::from_str(&text).unwrap_or_default(), text })
    }
}
