//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use serde::Serialize;

/// Measures Branchline beside what the machine allows in the same run.
#[derive(Parser, Debug)]
pub(crate) struct Args {
    /// Under a minute: small files, few rounds
    #[arg(long, conflicts_with = "full")]
    quick: bool,

    /// A million bookmarks in a file, ten million in the table: half an hour, 20 GB of disk
    #[arg(long)]
    full: bool,

    /// Only these sections
    #[arg(long, value_name = "SECTION", value_delimiter = ',')]
    only: Vec<Section>,

    /// Read this bookmarks file too, beside those that are made for measuring
    #[arg(long = "file", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// Write the figures as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// Print another importer's figures beside ours, from a JSON file of its own benchmark
    #[arg(long, value_name = "FILE")]
    pub(crate) peer: Option<PathBuf>,
}

/// A part of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Section {
    /// Reading files
    Parse,
    /// First imports
    Import,
    /// Repeats, merges, undoing
    Again,
    /// Peak memory
    Memory,
    /// Imports as the table grows
    Growth,
    /// Cost of the search's index, and speed of its answers
    Search,
    /// A small organization beside a large one
    Tenants,
    /// A library beside those of others, and linkding's queries on the same rows
    Library,
    /// The queue of extraction jobs beside finished ones
    Jobs,
    /// New environments
    Start,
    /// Requests over an open connection
    Warm,
    /// Migrations
    Schema,
}

/// The extent of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Extent {
    Quick,
    Default,
    Full,
}

impl Args {
    pub(crate) fn extent(&self) -> Extent {
        match (self.quick, self.full) {
            (true, _) => Extent::Quick,
            (_, true) => Extent::Full,
            _ => Extent::Default,
        }
    }

    pub(crate) fn wants(&self, section: Section) -> bool {
        self.only.is_empty() || self.only.contains(&section)
    }

    pub(crate) fn wants_database(&self) -> bool {
        Section::value_variants().iter().any(|section| *section != Section::Parse && self.wants(*section))
    }
}
