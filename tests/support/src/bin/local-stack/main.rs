//! The project on this machine: Postgres over TLS, migrated, and every function under `cargo lambda watch`.
//!
//! `local-stack demo FILE` imports a file, has a worker extract the colors of an image, shows what is stored,
//! and ends; `local-stack dev` stays until Control-C. The binaries are built before, by `make demo` and
//! `make dev`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a person at a terminal")]

mod client;
mod emulator;
mod extraction;
mod settings;
mod show;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use support::{Data, Options, Postgres, project_root};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;

use client::Client;
use emulator::{Emulator, Mode, USUAL_PORT};
use show::step;

const DATABASE: &str = "branchline";

/// Longest wait for a response of a function that is running already.
const PATIENCE: Duration = Duration::from_secs(30);

/// A shell's exit status for a command that Control-C ended.
const INTERRUPTED: u8 = 130;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["demo", file] => interruptible(demo(Path::new(file))).await,
        ["dev"] => interruptible(dev()).await,
        _ => Err(anyhow::anyhow!("usage: local-stack demo FILE, or local-stack dev")),
    };
    match outcome {
        Ok(exit) => exit,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Drops the work when a signal asks for the end, and with it everything that the work started.
async fn interruptible(work: impl Future<Output = Result<()>>) -> Result<ExitCode> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::select! {
        outcome = work => outcome.map(|()| ExitCode::SUCCESS),
        _ = tokio::signal::ctrl_c() => Ok(ExitCode::from(INTERRUPTED)),
        _ = terminate.recv() => Ok(ExitCode::from(INTERRUPTED)),
        _ = hang_up.recv() => Ok(ExitCode::from(INTERRUPTED)),
    }
}

/// The running processes, in the order in which they are ended.
struct Stack {
    emulator: Emulator,
    postgres: Postgres,
    token: Option<String>,
}

impl Stack {
    async fn start(mode: Mode) -> Result<Self> {
        let root = project_root();
        step("Postgres 17 over TLS");
        let data = Data::Kept(root.join(".local/postgres"));
        let postgres = Postgres::start(&Options { data, durable: true })?;
        postgres.create_database(DATABASE)?;
        settings::write_files(root, &postgres, DATABASE)?;
        println!("   localhost:{}, data in .local/postgres", postgres.port());

        step("Migrations");
        let url = postgres.url(DATABASE);
        let report = engine::upgrade_to_head(&url, &root.join("migrations/sql")).await.context(
            "the local database cannot be migrated; without .local/postgres, the next start makes a new one",
        )?;
        match report.steps.len() {
            0 => println!("   nothing to do"),
            applied => println!("   {applied} applied"),
        }

        step("Functions");
        // As deployed ones do, they log in as a role that row security binds.
        support::create_function_role(&postgres).await?;
        let variables = settings::variables(root, &support::function_url(&url))?;
        let token = settings::access_token(&variables);
        let emulator = Emulator::start(root, &variables, mode).await?;
        if emulator.port() != USUAL_PORT {
            println!("   port {USUAL_PORT} is taken; on another one instead:");
        }
        println!("   http://localhost:{}/lambda-url/<function>/", emulator.port());
        Ok(Self { emulator, postgres, token })
    }
}

async fn demo(file: &Path) -> Result<()> {
    let content = std::fs::read(file).with_context(|| file.display().to_string())?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let stack = Stack::start(Mode::Once).await?;
    let client = Client::new(stack.emulator.port(), stack.token.clone());

    step(&format!("POST {} to import/", file.display()));
    let target = format!("import/?filename={}", utf8_percent_encode(&name, NON_ALPHANUMERIC));
    let answer = client.send(Method::POST, &target, content).await?;
    match answer.status {
        201 => println!("   201: imported"),
        200 => println!("   200: imported before, nothing is written; the job of that time:"),
        status => bail!("import/ answered {status}: {}", answer.text),
    }
    let body: Value = serde_json::from_str(&answer.text)?;
    show::job(&body["import_job"]);

    step("What is stored");
    show::stored(&pg::Url::parse(&stack.postgres.url(DATABASE))?).await?;

    // The largest answer that is sent whole.
    let page = client.send_accepting("text/html", Method::GET, "import/", Vec::new());
    let page = timeout(PATIENCE, page).await.context("the page of import/ does not come")??;
    if page.status != 200 {
        bail!("the page of import/ answered {}: {}", page.status, page.text);
    }

    step("GET db-test/");
    let answer = client.send(Method::GET, "db-test/", Vec::new()).await?;
    if answer.status != 200 {
        bail!("db-test/ answered {}: {}", answer.status, answer.text);
    }
    show::answer(&answer.text);

    extraction::demo(&client, stack.token.as_deref()).await?;
    drop(stack);
    println!("\nEverything is stopped; the database is kept. `make dev` starts it all and stays.");
    Ok(())
}

async fn dev() -> Result<()> {
    let mut stack = Stack::start(Mode::Development).await?;
    step("Ready, until Control-C");
    show::commands(project_root(), stack.emulator.port(), &stack.postgres, stack.token.is_some());
    Err(stack.emulator.ended().await)
}
