//! The demo of extraction: a job for the colors of an image, a worker that does it, and its tokens.

use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::{Method, Request, Response, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use support::project_root;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::task::JoinSet;

use crate::client::Client;
use crate::show::{self, step};

/// Below the project's root.
const IMAGE: &str = "tests/worker/landscape.png";

const PROJECT: &str = "Landscape";

/// The host of the image's address, from which the worker may fetch.
const HOST: &str = "127.0.0.1";

pub(crate) async fn demo(client: &Client, token: Option<&str>) -> Result<()> {
    step(&format!("POST a job for the colors of {IMAGE} to jobs/"));
    let project = project(client).await?;
    let (url, _host) = serve(IMAGE).await?;
    let wanted = json!({ "project_id": project, "source_url": url, "extraction_type": "color" });
    let job = client.send_json(Method::POST, "jobs/", &wanted).await?;
    show::text(&format!(
        "job {} of project {project}, {PROJECT}: {}",
        job["id"],
        show::plain(&job["status"])
    ));

    step(&format!("worker --from {HOST} {}", client.url("jobs")));
    work(client, token).await?;

    let target = format!("projects/{project}/tokens?format=css");
    step(&format!("GET {target}"));
    let answer = client.send(Method::GET, &target, Vec::new()).await?;
    ensure!(answer.status == 200, "{target} answered {}: {}", answer.status, answer.text);
    show::text(&answer.text);
    Ok(())
}

/// The project of the demo: that of an earlier one, or a new one.
async fn project(client: &Client) -> Result<Value> {
    let list = client.send_json(Method::GET, "list-projects/?limit=1000", &Value::Null).await?;
    let mut known = list["projects"].as_array().into_iter().flatten();
    if let Some(project) = known.find(|project| project["name"] == PROJECT) {
        return Ok(project["id"].clone());
    }
    let made = client.send_json(Method::POST, "projects/", &json!({ "name": PROJECT })).await?;
    Ok(made["id"].clone())
}

/// Runs a worker until no job is due.
async fn work(client: &Client, token: Option<&str>) -> Result<()> {
    let mut worker = Command::new(std::env::current_exe()?.with_file_name("worker"));
    worker.args(["--from", HOST, &client.url("jobs")]).envs(token.map(|token| ("WORKER_TOKEN", token)));
    let mut worker =
        worker.stdout(Stdio::piped()).kill_on_drop(true).spawn().context("starting the worker")?;
    if let Some(output) = worker.stdout.take() {
        let mut lines = BufReader::new(output).lines();
        while let Some(line) = lines.next_line().await? {
            show::text(&line);
        }
    }
    let status = worker.wait().await?;
    ensure!(status.success(), "the worker ended with {status}");
    Ok(())
}

/// Serves a file of the project on this machine until the server is dropped, at the address that is returned.
async fn serve(file: &str) -> Result<(String, JoinSet<()>)> {
    let content = Bytes::from(std::fs::read(project_root().join(file)).with_context(|| file.to_owned())?);
    let listener = TcpListener::bind((HOST, 0)).await?;
    let name = file.rsplit('/').next().unwrap_or_default();
    let url = format!("http://{}/{name}", listener.local_addr()?);
    let mut server = JoinSet::new();
    server.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let content = content.clone();
            let service = service_fn(move |_: Request<Incoming>| {
                let content = Full::new(content.clone());
                async move { Response::builder().header(header::CONTENT_TYPE, "image/png").body(content) }
            });
            // One after another, and a client that breaks off needs no answer.
            let _ =
                http1::Builder::new().keep_alive(false).serve_connection(TokioIo::new(stream), service).await;
        }
    });
    Ok((url, server))
}
