//! The least that a function on a database can be: events from the runtime API, a statement for each, an
//! answer of a few bytes. What a real function takes beside it is what that function does.

use anyhow::{Context, Result};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

const RUNTIME: &str = "/2018-06-01/runtime/invocation";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let (client, connection) = pg::connect(&pg::Url::parse(&variable("DATABASE_URL")?)?).await?;
    tokio::spawn(connection);
    let statement = variable("STATEMENT")?;
    let api = TcpStream::connect(variable("AWS_LAMBDA_RUNTIME_API")?).await?;
    api.set_nodelay(true)?;
    let mut api = BufReader::new(api);
    loop {
        api.write_all(format!("GET {RUNTIME}/next HTTP/1.1\r\nhost: api\r\n\r\n").as_bytes()).await?;
        let id = read(&mut api).await?.context("an event without an id")?;
        let rows = client.query_typed(&statement, &[]).await?;
        let body = format!("{{\"statusCode\":200,\"headers\":{{}},\"body\":\"{}\"}}", rows.len());
        let length = body.len();
        let head =
            format!("POST {RUNTIME}/{id}/response HTTP/1.1\r\nhost: api\r\ncontent-length: {length}\r\n\r\n");
        api.write_all((head + &body).as_bytes()).await?;
        read(&mut api).await?;
    }
}

/// Reads a response to its end, and gives the request id that it names.
async fn read(api: &mut BufReader<TcpStream>) -> Result<Option<String>> {
    let (mut id, mut length) = (None, 0);
    let mut line = String::new();
    while api.read_line(&mut line).await? > 2 {
        if let Some((name, value)) = line.split_once(':') {
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse()?,
                "lambda-runtime-aws-request-id" => id = Some(value.trim().to_owned()),
                _ => {}
            }
        }
        line.clear();
    }
    api.read_exact(&mut vec![0; length]).await?;
    Ok(id)
}

#[expect(clippy::disallowed_methods, reason = "a program of its own, with nothing to configure")]
fn variable(name: &str) -> Result<String> {
    std::env::var(name).context(name.to_owned())
}
