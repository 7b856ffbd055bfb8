//! Requests to the emulator.

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

pub(crate) struct Client {
    port: u16,
    token: Option<String>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The body as it came.
    pub(crate) text: String,
}

impl Client {
    /// For an emulator on a port of this machine, and functions that ask for a token or not.
    pub(crate) fn new(port: u16, token: Option<String>) -> Self {
        Self { port, token }
    }

    /// Where a function is.
    pub(crate) fn url(&self, function: &str) -> String {
        format!("http://localhost:{}/lambda-url/{function}", self.port)
    }

    /// Sends a request to `target`: the function's name, its path and query.
    pub(crate) async fn send(&self, method: http::Method, target: &str, body: Vec<u8>) -> Result<Answer> {
        self.send_accepting("*/*", method, target, body).await
    }

    /// The same with JSON, also as an answer, which must be one of success.
    pub(crate) async fn send_json(&self, method: http::Method, target: &str, body: &Value) -> Result<Value> {
        let body = if body.is_null() { Vec::new() } else { serde_json::to_vec(body)? };
        let answer = self.send(method, target, body).await?;
        ensure!((200..300).contains(&answer.status), "{target} answered {}: {}", answer.status, answer.text);
        Ok(serde_json::from_str(&answer.text)?)
    }

    /// The same for an answer of a media type.
    pub(crate) async fn send_accepting(
        &self,
        media_type: &str,
        method: http::Method,
        target: &str,
        body: Vec<u8>,
    ) -> Result<Answer> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/lambda-url/{target}"))
            .header(header::HOST, format!("localhost:{}", self.port))
            .header(header::ACCEPT, media_type)
            .header(header::CONTENT_TYPE, "application/octet-stream");
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let response = self.exchange(request.body(Full::new(Bytes::from(body)))?).await?;
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await?.to_bytes();
        Ok(Answer { status, text: String::from_utf8_lossy(&bytes).into_owned() })
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>> {
        let stream =
            TcpStream::connect(("127.0.0.1", self.port)).await.context("the emulator is not there")?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        // It ends with the response's body.
        tokio::spawn(connection);
        Ok(sender.send_request(request).await?)
    }
}
