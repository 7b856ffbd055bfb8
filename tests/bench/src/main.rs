//! `make bench`: how fast files are read and imported, how functions start and answer, how fast migrations
//! run, beside what the machine allows in the same run.
//!
//! Times of a shared machine drift, so what is compared is measured in turns, and the ratio of a pair is what
//! counts. Nothing is asserted about times; a figure past its target is printed beside it.

mod again;
mod args;
mod files;
mod growth;
mod import;
mod library;
mod machine;
mod memory;
mod outside;
mod parse;
mod queue;
mod report;
mod rig;
mod schema;
mod search;
mod start;
mod stats;
mod table;
mod tenants;
mod warm;

use clap::Parser;

use args::{Args, Section};
use report::Report;
use rig::Rig;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let extent = args.extent();
    let outside = args.peer.as_deref().map(outside::read).transpose()?;
    let mut report = Report::begin(extent);
    if args.wants(Section::Parse) {
        report.parse = Some(parse::measure(extent, &args.files)?);
    }
    if args.wants_database() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(measure_database(&args, &mut report))?;
    }
    report.outside = outside;
    report::print(&report);
    match &args.json {
        Some(path) => report::write(&report, path),
        None => Ok(()),
    }
}

/// Measures everything that needs a server and the function's binary.
async fn measure_database(args: &Args, report: &mut Report) -> anyhow::Result<()> {
    let extent = args.extent();
    let rig = Rig::start().await?;
    report.server = Some(rig.describe().await?);
    if args.wants(Section::Import) {
        report.import = Some(import::measure(&rig, extent).await?);
    }
    if args.wants(Section::Again) {
        report.again = Some(again::measure(&rig, extent).await?);
    }
    if args.wants(Section::Memory) {
        report.memory = Some(memory::measure(&rig, extent).await?);
    }
    if args.wants(Section::Growth) {
        report.growth = Some(growth::measure(&rig, extent).await?);
    }
    if args.wants(Section::Search) {
        report.search = Some(search::measure(&rig, extent).await?);
    }
    if args.wants(Section::Tenants) {
        report.tenants = Some(tenants::measure(&rig, extent).await?);
    }
    if args.wants(Section::Library) {
        report.library = Some(library::measure(&rig, extent).await?);
    }
    if args.wants(Section::Jobs) {
        report.jobs = Some(queue::measure(&rig, extent).await?);
    }
    if args.wants(Section::Start) {
        report.start = Some(start::measure(&rig, extent).await?);
    }
    if args.wants(Section::Warm) {
        rig.reset().await?;
        report.warm = Some(warm::measure(&rig, extent).await?);
    }
    if args.wants(Section::Schema) {
        report.schema = Some(schema::measure(&rig, extent).await?);
    }
    Ok(())
}
