//! A worker of extraction jobs: it makes a palette of a PNG. The demo and the tests run it, and it shows how
//! a worker uses the queue (docs/jobs.md): it claims, renews its lease, completes or fails, and never polls.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a person at a terminal")]

mod api;
mod document;
mod extract;
mod listen;
mod palette;
mod web;
mod work;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use clap::builder::RangedU64ValueParser;
use tokio::net::TcpListener;
use url::Url;

use api::Api;
use extract::Extractor;
use listen::Wakeups;
use work::Worker;

/// Works off extraction jobs of colors, until none is due.
///
/// WORKER_TOKEN is the API token, of the scope `worker`; functions of this machine may ask for none.
#[derive(Parser)]
#[command(name = "worker")]
struct Args {
    /// Address of the function `jobs`, such as http://localhost:9000/lambda-url/jobs
    url: Url,

    /// A host from which images are fetched; repeat it for more. Jobs name any address, so choose
    #[arg(long, value_name = "HOST", required = true)]
    from: Vec<String>,

    /// Stay, and claim whenever a message of JOB_WEBHOOK arrives here, such as 127.0.0.1:8080;
    /// JOB_WEBHOOK_SECRET is the key of its signature
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,

    /// The worker's name, which its jobs show
    #[arg(long, default_value = "palette")]
    name: String,

    /// Seconds of a lease, which is renewed after a third of them
    #[arg(long, default_value_t = 60, value_parser = RangedU64ValueParser::<u16>::new().range(1..=3600))]
    lease_seconds: u16,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> anyhow::Result<()> {
    let lease = Duration::from_secs(args.lease_seconds.into());
    let api = Api::new(args.url, variable("WORKER_TOKEN"), args.name, lease)?;
    let worker = Worker { api, extractor: Extractor::new(args.from)?, lease };
    let Some(address) = args.listen else {
        worker.work_off().await?;
        println!("no job is due");
        return Ok(());
    };
    let secret = variable("JOB_WEBHOOK_SECRET").context("JOB_WEBHOOK_SECRET is not set")?;
    let listener = TcpListener::bind(address).await.with_context(|| address.to_string())?;
    println!("listens on {}", listener.local_addr()?);
    let mut wakeups = Wakeups::listen(listener, &secret)?;
    loop {
        // A message is a hint that may be lost, so a worker also claims when it starts.
        let pause = worker.work_off().await?;
        wakeups.next(pause).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "the worker's one reader of the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
