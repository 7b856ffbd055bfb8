//! Shared parts of `diff`, `new --from` and `revision --autogenerate`: the sides, the plan, the questions.

pub(super) mod compare;
pub(super) mod files;
pub(super) mod report;
pub(super) mod source;
pub(super) mod write;

use std::path::PathBuf;

use engine::autogenerate::PlanOptions;

use crate::options::Place;

/// How a plan is made.
#[derive(clap::Args)]
pub(crate) struct PlanArgs {
    /// Allow that the data of a table or a column is lost; all for everything
    #[arg(long, value_name = "TABLE[.COLUMN]|all", value_delimiter = ',')]
    allow_loss: Vec<String>,
    /// Write the short form, which may block others: no concurrent builds, no validation afterwards
    #[arg(long)]
    offline: bool,
    /// Change types beside those who use the table, where it would be rewritten: a new column, a trigger that
    /// keeps both in step, batches, a swap of names
    #[arg(long, conflicts_with = "offline")]
    expand: bool,
    /// Write the report as Markdown too, for a pull request
    #[arg(long, value_name = "FILE")]
    report_markdown: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

impl PlanArgs {
    fn options(&self) -> PlanOptions {
        PlanOptions {
            offline: self.offline,
            expand: self.expand,
            allowed_losses: self.allow_loss.clone(),
            ..PlanOptions::default()
        }
    }
}
