//! `branchline adopt`.

mod render;

use anyhow::Result;
use engine::adopt::Survey;
use engine::migrate::open_and_read_history;
use files::{StampTarget, stamp, verify};
use pg::Connector;

use super::Context;
use crate::options::Place;
use crate::output::Exit;

/// Take over a database that another tool made
#[derive(clap::Args)]
#[command(
    after_help = "Each migration is tried on a scratch database, and its effect looked for in the database, \
                  catalog against catalog. What leaves no trace there, as a change of rows, the other tool's \
                  own history tells: it is read where sqlx, Alembic, Flyway, Diesel, Prisma and others keep \
                  it. What is there whole or recorded is stamped; what is missing before that is applied, \
                  all in one transaction; what comes after is left to branchline upgrade. A migration that \
                  is there in part stops adoption, which then changes nothing, and so does doubt about how \
                  far the migrations have run: --stamp-through answers it. Rows and objects that the \
                  migrations do not know are left as they are, the other tool's history too."
)]
pub(crate) struct Args {
    /// Show what would be stamped and applied, and change nothing; exit status 3 where there is something
    #[arg(long, conflicts_with = "sql")]
    dry_run: bool,
    /// Print what would run, as a script for psql, and change nothing
    #[arg(long)]
    sql: bool,
    /// The last migration that has run: a number, head, or base for none. What comes up to it is stamped,
    /// whatever the catalog and the other tool's history say; what comes after it is pending
    #[arg(long, value_name = "TARGET")]
    stamp_through: Option<StampTarget>,
    #[command(flatten)]
    place: Place,
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let migrations = context.migrations()?;
    let url = context.url()?;
    let connector = Connector::new(&url)?;
    let (first, database, history) = open_and_read_history(&connector).await?;
    if !history.is_empty() {
        verify(&migrations, &history)?;
        context.output.result(
            &render::Adopted::default(),
            &"The history is there already: branchline upgrade goes on from it.",
        );
        return Ok(Exit::Done);
    }
    // As `branchline stamp` counts.
    let through =
        args.stamp_through.map(|target| stamp(&migrations, &[], target).map(|stamp| stamp.add.len()));
    let through = through.transpose()?;
    let server = context.scratch_server(&args.place, &migrations).await?;
    let settings = context.settings();
    let survey = Survey::take((first, database), &migrations, through, &server, &settings).await?;
    if args.sql {
        context.output.script(&survey.script(&settings)?);
        return Ok(Exit::Done);
    }
    let (plan, found, tense) = if args.dry_run {
        (survey.plan()?, survey.found, "would be")
    } else {
        let (plan, found) =
            survey.adopt(&connector, &settings, &|event| context.output.event(&event)).await?;
        (plan, found, "was")
    };
    let mut adopted = render::Adopted::new(&plan, &found);
    adopted.scratch_server = Some(server.kind);
    context.output.result(&adopted, &adopted.text(tense));
    Ok(if args.dry_run && !plan.steps.is_empty() { Exit::Attention } else { Exit::Done })
}
