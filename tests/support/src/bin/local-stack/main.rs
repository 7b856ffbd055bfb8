//! The project on this machine: Postgres over TLS, migrated, and every function under `cargo lambda watch`.
//!
//! `local-stack demo` imports a file, shows what was stored, and ends; `local-stack dev` stays until Ctrl-C.
#![expect(clippy::print_stdout, reason = "it talks to a person at a terminal")]

mod client;
mod emulator;
mod show;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use support::{Data, Options, Postgres, project_root};

use client::Client;
use emulator::Emulator;

const DATABASE: &str = "branchline";
const DEMO: &str = "tests/corpus/demo.html";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let outcome = match (arguments.next().as_deref(), arguments.next()) {
        (Some("demo"), file) => interruptible(demo(file.as_deref().unwrap_or(DEMO))).await,
        (Some("dev"), None) => interruptible(dev()).await,
        _ => Err(anyhow::anyhow!("usage: local-stack demo [FILE] | dev")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Ctrl-C drops what runs, and with it everything that was started.
async fn interruptible(work: impl Future<Output = Result<()>>) -> Result<()> {
    tokio::select! {
        outcome = work => outcome,
        _ = tokio::signal::ctrl_c() => Ok(()),
    }
}

/// What runs, in the order in which it is stopped.
struct Stack {
    emulator: Emulator,
    postgres: Postgres,
}

impl Stack {
    async fn start(watch_sources: bool) -> Result<Self> {
        let root = project_root();
        step("Postgres 17 over TLS");
        let data = Data::Kept(root.join(".local/postgres"));
        let postgres = Postgres::start(&Options { data, durable: true })?;
        postgres.create_database(DATABASE)?;
        println!("   127.0.0.1 port {}, data in .local/postgres", postgres.port());

        step("Migrations");
        let url = postgres.url(DATABASE);
        let report = branchline::upgrade_to_head(&url, &root.join("migrations/sql")).await?;
        match report.steps.len() {
            0 => println!("   nothing to do"),
            applied => println!("   {applied} applied"),
        }

        step("Functions");
        emulator::build(root)?;
        let emulator = Emulator::start(root, &url, watch_sources).await?;
        println!("   http://localhost:{}/lambda-url/<function>/", emulator.port());
        Ok(Self { emulator, postgres })
    }

    fn client(&self) -> Client {
        Client::new(self.emulator.port())
    }
}

async fn demo(file: &str) -> Result<()> {
    let path = project_root().join(file);
    let content = std::fs::read(&path).with_context(|| path.display().to_string())?;
    let name = Path::new(file).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let stack = Stack::start(false).await?;

    step(&format!("Import of {file}"));
    let answer = stack.client().post(&format!("import/?filename={name}"), content).await?;
    match answer.status {
        201 => show::job(&answer.body["import_job"], "imported"),
        200 => show::job(&answer.body["import_job"], "imported before; nothing was written"),
        status => bail!("import answered {status}: {}", answer.text),
    }

    step("What is stored");
    let url = pg::Url::parse(&stack.postgres.url(DATABASE))?;
    show::stored(&url).await?;

    step("db-test");
    let answer = stack.client().get("db-test/").await?;
    println!("   {}", answer.text);
    if answer.status != 200 {
        bail!("db-test answered {}", answer.status);
    }
    println!("\nDone. `make dev` keeps all of this running.");
    Ok(())
}

async fn dev() -> Result<()> {
    let stack = Stack::start(true).await?;
    let port = stack.emulator.port();
    step("Ready; Ctrl-C ends it");
    println!(
        "   curl http://localhost:{port}/lambda-url/db-test/\n   \
         curl http://localhost:{port}/lambda-url/list-projects/\n   \
         curl --data-binary @{DEMO} \\\n        \
         'http://localhost:{port}/lambda-url/import/?filename=demo.html'\n   \
         open http://localhost:{port}/lambda-url/import/ in a browser\n\n   \
         export DATABASE_URL='{}'\n",
        stack.postgres.url(DATABASE)
    );
    stack.emulator.wait().await
}

fn step(name: &str) {
    println!("\n== {name}");
}
