//! Removing folders of servers whose process was killed together with its watcher, as by the end of a
//! container.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::Owner;

/// Longest time for which a new folder may be without a lock.
const BIRTH: Duration = Duration::from_secs(60);
/// Longest time for a server to stop at once.
const STOP: Duration = Duration::from_secs(2);

/// Removes the folders below `parent` whose name begins with `prefix`, which belong to us or `owner`, and
/// whose file `lock` nobody has locked. A server that still runs there is stopped first.
pub fn sweep(parent: &Path, prefix: &str, lock: &str, owner: Owner) {
    let entries = parent.read_dir().into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(prefix.as_bytes())) {
        // The metadata of the entry itself: a link leads nowhere.
        let Ok(metadata) = entry.metadata() else { continue };
        let age = metadata.modified().ok().and_then(|time| time.elapsed().ok()).unwrap_or_default();
        let ours = [owner.uid(), rustix::process::geteuid().as_raw()];
        if !metadata.is_dir() || !ours.contains(&metadata.uid()) || age < BIRTH {
            continue;
        }
        let is_used = File::open(entry.path().join(lock)).is_ok_and(|lock| lock.try_lock().is_err());
        if !is_used && stop_server(&entry.path().join("data")) {
            // Another process may have removed it meanwhile.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Stops the server of a data folder, if one still runs there. Returns whether none does any more.
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
    use std::time::SystemTime;

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
        let (dead, _) = make("server-1", old);
        let (alive, held) = make("server-2", old);
        held.lock().unwrap();
        let (young, _) = make("server-3", Duration::ZERO);
        let (foreign, _) = make("postgres-foreign", old);

        sweep(parent.path(), "server-", "lock", Owner::Caller);
        assert!(!dead.exists());
        assert!(alive.exists() && young.exists() && foreign.exists());
    }
}
