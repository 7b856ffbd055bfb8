//! Everything that a run found.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use serde::Serialize;

use crate::args::Extent;
use crate::growth::{self, Growth};
use crate::library::{self, Library};
use crate::machine::Machine;
use crate::outside::{self, Outside};
use crate::queue::{self, Jobs};
use crate::rig::Server;
use crate::search::Search;
use crate::table::line;
use crate::tenants::{self, Tenants};
use crate::{again, import, memory, parse, schema, search, start, warm};

/// The figures, as they are written in JSON. A section that was not measured is null.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    extent: Extent,
    /// Seconds since 1970.
    begun: u64,
    machine: Machine,
    pub(crate) server: Option<Server>,
    pub(crate) parse: Option<Vec<parse::Row>>,
    pub(crate) import: Option<Vec<import::Row>>,
    pub(crate) again: Option<Vec<again::Row>>,
    pub(crate) memory: Option<Vec<memory::Row>>,
    pub(crate) growth: Option<Growth>,
    pub(crate) search: Option<Search>,
    pub(crate) tenants: Option<Tenants>,
    pub(crate) library: Option<Library>,
    pub(crate) jobs: Option<Jobs>,
    pub(crate) start: Option<Vec<start::Row>>,
    pub(crate) warm: Option<Vec<warm::Row>>,
    pub(crate) schema: Option<Vec<schema::Row>>,
    pub(crate) outside: Option<Outside>,
}

impl Report {
    pub(crate) fn begin(extent: Extent) -> Self {
        let begun = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self {
            extent,
            begun,
            machine: Machine::look(),
            server: None,
            parse: None,
            import: None,
            again: None,
            memory: None,
            growth: None,
            search: None,
            tenants: None,
            library: None,
            jobs: None,
            start: None,
            warm: None,
            schema: None,
            outside: None,
        }
    }
}

pub(crate) fn print(report: &Report) {
    line(&report.machine.to_string());
    if let Some(Server { version, fsync, synchronous_commit, shared_buffers }) = &report.server {
        line(&format!("PostgreSQL {version} over TLS on loopback"));
        line(&format!(
            "fsync {fsync}, synchronous_commit {synchronous_commit}, shared_buffers {shared_buffers}"
        ));
    }
    line("Times are medians.");
    line("");
    if let Some(rows) = &report.parse {
        parse::print(rows);
    }
    if let Some(rows) = &report.import {
        import::print(rows);
    }
    if let Some(rows) = &report.again {
        again::print(rows, report.extent);
    }
    if let Some(rows) = &report.memory {
        memory::print(rows);
    }
    if let Some(growth) = &report.growth {
        growth::print(growth);
    }
    if let Some(search) = &report.search {
        search::print(search);
    }
    if let Some(tenants) = &report.tenants {
        tenants::print(tenants);
    }
    if let Some(library) = &report.library {
        library::print(library);
    }
    if let Some(jobs) = &report.jobs {
        queue::print(jobs);
    }
    if let Some(rows) = &report.start {
        start::print(rows);
    }
    if let Some(rows) = &report.warm {
        warm::print(rows);
    }
    if let Some(rows) = &report.schema {
        schema::print(rows);
    }
    if let Some(outside) = &report.outside {
        outside::print(outside);
    }
}

pub(crate) fn write(report: &Report, path: &Path) -> Result<()> {
    let json = serde_json::to_string_pretty(report)?;
    std::fs::write(path, json + "\n").with_context(|| path.display().to_string())
}
