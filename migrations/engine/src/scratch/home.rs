//! The folder of a temporary server: data, socket, configuration and log. The run that uses it holds a lock
//! on it. Tests have homes of another kind (`tests/support`): over TCP and TLS with a password, some of them
//! kept between runs; `local` has what both share.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};

use crate::local::{Owner, memory_folder, sweep};

const PREFIX: &str = "branchline-scratch-";
/// A socket's path is bounded by the system (`sun_path` in unix(7): 108 bytes, 104 on some).
const LONGEST_PATH: usize = 103 - "/.s.PGSQL.5432".len();

pub(super) struct Home {
    pub(super) path: PathBuf,
    pub(super) owner: Owner,
    /// The server's output, and that of the process that watches it.
    pub(super) log: File,
    _lock: File,
}

impl Home {
    /// A new folder among the temporary files: in `TMPDIR` where that is set, else in memory where there is
    /// room. Whoever calls this starts the watcher next, which removes it.
    pub(super) fn create() -> Result<Self> {
        let owner = Owner::current();
        // Two runs on one machine differ in the process, two servers of a run in the time.
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
        let on_disk = [std::env::temp_dir(), "/tmp".into(), "/var/tmp".into()];
        // Without TMPDIR it is this one.
        let is_default = std::env::temp_dir() == Path::new("/tmp");
        let memory = if is_default { memory_folder() } else { None };
        let parents: Vec<PathBuf> = memory.into_iter().chain(on_disk).collect();
        // In all of them: where there was no room in memory, a killed run has left its folder on disk.
        for parent in &parents {
            sweep(parent, PREFIX, "lock", owner);
        }
        for parent in parents {
            let path = parent.join(format!("{PREFIX}{}-{nanos}", std::process::id()));
            let is_short = path.as_os_str().len() <= LONGEST_PATH;
            if !is_short || DirBuilder::new().mode(0o700).create(&path).is_err() {
                continue;
            }
            let lock = open(&path.join("lock"), owner)?;
            lock.lock()?;
            let log = open(&path.join("log"), owner)?;
            owner.take(&path)?;
            if owner.can_write(&path) {
                return Ok(Self { path, owner, log, _lock: lock });
            }
            fs::remove_dir_all(&path)?;
        }
        bail!("there is no folder for temporary files that the server's user can write to")
    }

    /// Writes a file that its owner alone can read.
    pub(super) fn write(&self, name: &str, contents: &str) -> Result<()> {
        let path = self.path.join(name);
        let mut file = open(&path, self.owner)?;
        file.write_all(contents.as_bytes()).with_context(|| path.display().to_string())
    }

    /// The last lines of the log.
    pub(super) fn end_of_log(&self) -> String {
        const LINES: usize = 4;
        let log = fs::read_to_string(self.path.join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(LINES)..].join("; ")
    }
}

fn open(path: &Path, owner: Owner) -> Result<File> {
    let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path);
    let file = file.with_context(|| path.display().to_string())?;
    owner.take(path)?;
    Ok(file)
}
