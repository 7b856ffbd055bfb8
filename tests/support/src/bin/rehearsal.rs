//! A rehearsal that needs nothing but this machine: a Postgres of its own, brought to where a production
//! would be, with rows, then `branchline rehearse` on it. `rehearsal EXAMPLE [ARGUMENT…]`; `make rehearse`
//! calls it.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a person at a terminal")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use support::{Options, Postgres, project_root};

const DATABASE: &str = "production";

/// A change that can be rehearsed.
struct Example {
    name: &'static str,
    /// The folder of its migrations.
    migrations: &'static str,
    /// The migration that production is at.
    applied: &'static str,
    /// SQL that fills production before it.
    rows: &'static str,
}

const EXAMPLES: [Example; 3] = [
    Example {
        name: "project",
        migrations: "migrations/sql",
        applied: "2",
        rows: "docs/examples/project.sql",
    },
    Example { name: "bad", migrations: "docs/examples/bad", applied: "1", rows: "docs/examples/visits.sql" },
    Example {
        name: "good",
        migrations: "docs/examples/good",
        applied: "1",
        rows: "docs/examples/visits.sql",
    },
];

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let example = EXAMPLES.iter().find(|example| example.name == name);
    let example = example.context("usage: rehearsal project|bad|good [ARGUMENT OF BRANCHLINE REHEARSE…]")?;

    let postgres = Postgres::start(&Options::default())?;
    postgres.create_database(DATABASE)?;
    let branchline = || -> Result<Command> {
        let mut command = Command::new(std::env::current_exe()?.with_file_name("branchline"));
        command.current_dir(project_root()).env("DIRECT_DATABASE_URL", postgres.url(DATABASE));
        command.args(["--dir", example.migrations]);
        Ok(command)
    };
    println!(
        "Production: {} up to {}, with the rows of {}",
        example.migrations, example.applied, example.rows
    );
    let upgraded = branchline()?.args(["upgrade", example.applied, "--format", "json"]).output()?;
    ensure!(upgraded.status.success(), "{}", String::from_utf8_lossy(&upgraded.stdout));
    let rows = project_root().join(example.rows);
    let loaded =
        postgres.psql(DATABASE).args(["--quiet", "--set", "ON_ERROR_STOP=1", "--file"]).arg(rows).status()?;
    ensure!(loaded.success(), "the rows could not be loaded");
    let analyzed = postgres.psql(DATABASE).args(["--quiet", "--command", "VACUUM ANALYZE"]).status()?;
    ensure!(analyzed.success(), "the tables could not be analyzed");

    let reports = reports()?;
    let report = |kind: &str| reports.join(format!("{name}.{kind}"));
    let mut rehearse = branchline()?;
    rehearse.args(["rehearse", "--local"]);
    for (option, kind) in [("--report-html", "html"), ("--report-markdown", "md"), ("--report-json", "json")]
    {
        rehearse.arg(option).arg(report(kind));
    }
    let status = rehearse.args(arguments).status()?;
    println!("\nThe page with the timeline of locks: {}", report("html").display());
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// The folder for the reports, beside what was built.
fn reports() -> Result<PathBuf> {
    let folder = project_root().join("target/rehearsal");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    Ok(folder)
}
