//! Describes the machine of a run, and its resources.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

/// The machine of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    processor: String,
    pub(crate) processors: usize,
    /// Of the last minute, before the run. Above 0.5 somebody else works on the machine.
    load: f64,
}

impl Machine {
    pub(crate) fn look() -> Self {
        let read = |path| std::fs::read_to_string(path).unwrap_or_default();
        let processors = read("/proc/cpuinfo");
        let model = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let load = read("/proc/loadavg").split(' ').next().and_then(|load| load.parse().ok());
        Self {
            processor: model.map_or("unknown", |(_, name)| name).to_owned(),
            processors: std::thread::available_parallelism().map_or(1, Into::into),
            load: load.unwrap_or_default(),
        }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { processor, processors, load } = self;
        write!(f, "{processors} x {processor}, load {load:.1}")
    }
}

/// The largest resident set that a process has had, in MiB.
pub(crate) fn peak_mib(pid: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib / 1024.0)
}

/// The processor time that a process has had, in ms. It lags behind while the process runs, and is exact
/// while it waits.
pub(crate) fn processor_ms(pid: u32) -> Result<f64> {
    let mut nanoseconds = 0.0;
    for thread in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        nanoseconds += scheduled_ns(&std::fs::read_to_string(thread?.path().join("schedstat"))?)?;
    }
    Ok(nanoseconds / 1e6)
}

/// The first figure of the kernel's `schedstat`.
pub(crate) fn scheduled_ns(schedstat: &str) -> Result<f64> {
    Ok(schedstat.split(' ').next().unwrap_or_default().parse()?)
}

/// Returns the free space on the disk that holds a path, in bytes.
pub(crate) fn free_bytes(path: &Path) -> Result<u64> {
    let disk = rustix::fs::statvfs(path)?;
    Ok(disk.f_bavail * disk.f_frsize)
}
