//! `branchline diff`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use engine::autogenerate::{Ambiguous, Generated, script};
use serde_json::json;

use super::Context;
use super::autogenerate::compare::{Comparison, Sides};
use super::autogenerate::{PlanArgs, report, source};
use crate::output::Exit;

/// Print what makes one schema the other, as SQL
#[derive(clap::Args)]
#[command(
    after_help = "A side is a database's URL, a folder of migrations, a file or folder of SQL that says the \
                  wanted schema, or - for such a file on standard input. Both are made in scratch databases, \
                  and the SQL is tried there: it leads from the first to the second. psql runs it as it \
                  stands. What new --from would write has a down as well. Exit status: 0 nothing differs, 3 \
                  the SQL was printed, 1 there is none."
)]
pub(crate) struct Args {
    /// The schema as it is [default: what the migrations make]
    #[arg(value_name = "FROM")]
    from: Option<String>,
    /// The schema as it is to be [default: schema.sql beside the folder of migrations]
    #[arg(value_name = "TO")]
    to: Option<String>,
    /// Print what changes, a line each, instead of SQL
    #[arg(long)]
    summary: bool,
    /// Write the SQL to a file instead
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    plan: PlanArgs,
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let from = match &args.from {
        Some(from) => source::named(from, context)?,
        None => source::migrations(context)?,
    };
    let to = match &args.to {
        Some(to) => source::named(to, context)?,
        None => source::wanted_default(context)?,
    };
    let sides = Sides { from, to };
    let comparison = Comparison { sides: &sides, args: &args.plan, context };
    let server = comparison.server().await?;
    let generated = comparison
        .within(&server, async |scratch, from, to| comparison.generate(scratch, (&from, &to), false).await)
        .await;
    let generated = match generated {
        Ok(generated) => generated,
        Err(error) => {
            let Some(ambiguous) = error.downcast_ref::<Ambiguous>() else { return Err(error) };
            return Ok(report::ambiguous(ambiguous, context.output));
        }
    };
    args.print(&sides, &generated, context)
}

impl Args {
    fn print(&self, sides: &Sides, generated: &Generated, context: &Context<'_>) -> Result<Exit> {
        let sql = script(generated.files.iter().map(|file| &file.up));
        let summary = report::summary(generated);
        for note in &generated.notes {
            context.output.note(&format!("note: {note}"));
        }
        let facts = report::Facts { generated, measured: &[], findings: &[], proof: None };
        self.plan.write_markdown(&facts)?;
        if let Some(path) = &self.output {
            fs::write(path, &sql).with_context(|| format!("{} cannot be written", path.display()))?;
        }
        let is_equal = generated.files.is_empty();
        let value = json!({
            "differs": !is_equal,
            "sql": sql,
            "files": generated.files.iter().map(|file| &file.up).collect::<Vec<_>>(),
            "renames": generated.renames,
            "candidates": [],
            "notes": generated.notes,
        });
        if is_equal {
            let (from, to) = (sides.from.describe(), sides.to.describe());
            context.output.note(&format!("Nothing differs: {from} and {to} make the same schema."));
            context.output.result_for_machines(&value);
            return Ok(Exit::Done);
        }
        let text = match (&self.output, self.summary) {
            (_, true) => summary.join("\n"),
            (Some(path), false) => path.display().to_string(),
            (None, false) => {
                summary.iter().for_each(|line| context.output.note(line));
                context.output.sql(&value, &sql);
                return Ok(Exit::Attention);
            }
        };
        context.output.result(&value, &text);
        Ok(Exit::Attention)
    }
}
