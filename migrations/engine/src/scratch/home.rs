//! The folder of a temporary server: data, socket, configuration and log. The run that uses it holds a lock
//! on it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::local::Owner;

const PREFIX: &str = "branchline-scratch-";
/// How long a folder may be without a lock at its birth.
const BIRTH: Duration = Duration::from_secs(60);
/// What a server that is told to stop at once may take.
const STOP: Duration = Duration::from_secs(2);
/// A socket's path is bounded by the system (`sun_path` in unix(7): 108 bytes, 104 on some).
const LONGEST_PATH: usize = 103 - "/.s.PGSQL.5432".len();

pub(super) struct Home {
    pub(super) path: PathBuf,
    pub(super) owner: Owner,
    /// What the server writes, and the process that watches it.
    pub(super) log: File,
    _lock: File,
}

impl Home {
    /// A new folder among the temporary files. Whoever calls this starts the watcher next, which removes it.
    pub(super) fn create() -> Result<Self> {
        let owner = Owner::of_this_process();
        // Two runs on one machine differ in the process, two servers of a run in the time.
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
        for parent in [std::env::temp_dir(), "/tmp".into(), "/var/tmp".into()] {
            sweep(&parent, owner);
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

/// Removes the folders whose lock nobody holds: of runs whose watcher was killed as well.
fn sweep(parent: &Path, owner: Owner) {
    let entries = parent.read_dir().into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(PREFIX.as_bytes())) {
        // The metadata of the entry itself: a link leads nowhere.
        let Ok(metadata) = entry.metadata() else { continue };
        let age = metadata.modified().ok().and_then(|time| time.elapsed().ok()).unwrap_or_default();
        let ours = [owner.uid(), rustix::process::geteuid().as_raw()];
        if !metadata.is_dir() || !ours.contains(&metadata.uid()) || age < BIRTH {
            continue;
        }
        let is_used = File::open(entry.path().join("lock")).is_ok_and(|lock| lock.try_lock().is_err());
        if !is_used && stop_server(&entry.path().join("data")) {
            // What another process removes meanwhile needs no removing.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Stops the server of a data folder, where one runs there still. Returns whether none does any more.
fn stop_server(data: &Path) -> bool {
    let pid_file = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    let pid = pid_file.lines().next().and_then(|line| line.parse().ok()).and_then(Pid::from_raw);
    let Some(pid) = pid else { return true };
    // A number may be another process's by now; the server works in its data folder.
    let cwd = PathBuf::from(format!("/proc/{}/cwd", pid.as_raw_nonzero()));
    let is_running = || fs::read_link(&cwd).is_ok_and(|cwd| cwd == *data);
    if !is_running() {
        return true;
    }
    let patience = Instant::now() + STOP;
    // Fails where it has just ended.
    let _ = kill_process(pid, Signal::QUIT);
    while is_running() && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(20));
    }
    !is_running()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_old_folder_whose_lock_nobody_holds_is_swept() {
        let parent = tempfile::tempdir().unwrap();
        let make = |name: &str, age: Duration| {
            let folder = parent.path().join(name);
            fs::create_dir(&folder).unwrap();
            let lock = File::create(folder.join("lock")).unwrap();
            File::open(&folder).unwrap().set_modified(SystemTime::now() - age).unwrap();
            (folder, lock)
        };
        let old = BIRTH * 2;
        let (dead, _) = make("branchline-scratch-1-1", old);
        let (alive, held) = make("branchline-scratch-2-2", old);
        held.lock().unwrap();
        let (young, _) = make("branchline-scratch-3-3", Duration::ZERO);
        let (foreign, _) = make("postgres-foreign", old);

        sweep(parent.path(), Owner::Caller);
        assert!(!dead.exists());
        assert!(alive.exists() && young.exists() && foreign.exists());
    }
}
