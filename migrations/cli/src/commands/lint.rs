//! `branchline lint`.

mod location;
mod observe;
mod render;
mod sarif;
mod server;
mod summary;

use anyhow::{Result, anyhow};
use clap::ValueEnum;
use files::{Migration, verify};
use lint::{LintFinding, Severity, lint_migrations, lint_rule, lint_rules};
use serde_json::json;

use super::Context;
use crate::options::Place;
use crate::output::{Exit, Usage};
use engine::migrate::open_and_read_history;

use location::Location;
use observe::Observed;

/// Find what would block, break or be regretted, before it runs
#[derive(clap::Args)]
#[command(
    after_help = "Where a database is named, what is applied there is not judged any more: it cannot be \
                  changed. A finding is excused in the file's head by -- branchline: allow RULE: REASON. \
                  Exit status: 0 clean or warnings only, 3 errors."
)]
pub(crate) struct Args {
    /// Judge every migration, applied or not, and ask no database
    #[arg(long)]
    all: bool,
    /// Judge the migrations from this number on, and ask no database
    #[arg(long, value_name = "N", conflicts_with = "all")]
    from: Option<i64>,
    /// Run them on a scratch database too, and say what each statement locked, rewrote, read and built
    #[arg(long)]
    observe: bool,
    /// Fail on warnings too
    #[arg(long)]
    deny_warnings: bool,
    /// Show every finding with its line, however many there are
    #[arg(long)]
    verbose: bool,
    /// Print the findings as SARIF, for code scanning, or as annotations of a GitHub workflow
    #[arg(long, value_name = "FORM", conflicts_with = "explain")]
    output: Option<Form>,
    /// Say why a rule is there and what to write instead; without a name, list the rules
    #[arg(
        long,
        value_name = "RULE",
        num_args = 0..=1,
        default_missing_value = "",
        conflicts_with_all = ["all", "from", "observe"]
    )]
    explain: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// For whom the findings are.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    // SARIF 2.1.0, for code scanning.
    Sarif,
    // Annotations of a GitHub workflow.
    Github,
}

/// A finding as a machine reads it.
pub(super) fn finding_value(finding: &LintFinding) -> serde_json::Value {
    render::value(finding)
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    if let Some(rule) = &args.explain {
        return explain(rule, context);
    }
    let migrations = context.migrations()?;
    // A server that is asked for its history may be asked about syntax as well.
    let mut session = None;
    let judged: Vec<&Migration> = match (args.all, args.from) {
        (true, _) => migrations.iter().collect(),
        (_, Some(from)) => migrations.iter().filter(|migration| migration.version >= from).collect(),
        _ if context.names_database()? => {
            let (asked, _, history) = open_and_read_history(&context.connector().await?).await?;
            session = Some(asked);
            verify(&migrations, &history)?.pending
        }
        _ => migrations.iter().collect(),
    };
    let first = judged.first().map(|migration| migration.version);
    let before = migrations.iter().take_while(|migration| Some(migration.version) != first);
    let mut findings: Vec<LintFinding> = lint_migrations(before, judged.iter().copied());
    if let Some(session) = &session {
        findings = server::confirmed(session, &judged, findings).await?;
    }
    let mut scratch_server = None;
    let observed = if args.observe {
        let server = context.scratch_server(&args.place, &migrations).await?;
        scratch_server = Some(server.kind);
        let observed = observe::run(&migrations, &judged, &server, context).await?;
        findings.extend(observed.findings.iter().cloned());
        Some(observed)
    } else {
        None
    };
    match args.output {
        Some(Form::Sarif) => {
            context.output.text(&sarif::document(&findings, &Location::new(&context.global.dir)));
        }
        Some(Form::Github) => {
            context.output.text(&render::annotations(&findings, &Location::new(&context.global.dir)));
        }
        None => {
            let value = json!({
                "migrations": judged.len(),
                "findings": findings.iter().map(render::value).collect::<Vec<_>>(),
                "observed": observed.as_ref().map(|observed| &observed.measured),
                "scratch_server": scratch_server,
            });
            let is_short = findings.len() <= summary::WHOLE || args.verbose;
            let text = if is_short {
                render::text(&findings, judged.len(), observed.as_ref())
            } else {
                summary::text(&findings, judged.len())
            };
            context.output.result(&value, &text);
        }
    }
    let counts = |finding: &LintFinding| finding.severity == Severity::Error || args.deny_warnings;
    Ok(if findings.iter().any(counts) { Exit::Attention } else { Exit::Done })
}

fn explain(name: &str, context: &Context<'_>) -> Result<Exit> {
    if name.is_empty() {
        let list: Vec<_> = lint_rules().iter().map(|rule| (rule.name, rule.title())).collect();
        let value: Vec<_> =
            list.iter().map(|(name, title)| json!({ "rule": name, "title": title })).collect();
        let lines: Vec<String> = list.iter().map(|(name, title)| format!("{name}\n    {title}")).collect();
        context.output.result(&json!({ "rules": value }), &lines.join("\n"));
        return Ok(Exit::Done);
    }
    let Some(rule) = lint_rule(name) else {
        return Err(anyhow!(Usage("there is no such rule; branchline lint --explain lists them")));
    };
    let page = rule.page.trim_end();
    context.output.result(&json!({ "rule": rule.name, "page": page }), &page);
    Ok(Exit::Done)
}
