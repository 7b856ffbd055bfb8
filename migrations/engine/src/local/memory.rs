//! A folder whose files are in memory, for servers whose data nobody reads again.

use std::fs;
use std::path::{Path, PathBuf};

/// A database is some three hundred files, which a disk's file system takes several times as long to make and
/// to remove.
const FOLDER: &str = "/dev/shm";
/// Free space in bytes, of the file system and of the machine, that is needed to keep data there: some ten
/// times the need of a large history, or of all tests together.
const ROOM: u64 = 6 << 30;

/// Returns the folder for files in memory, where it has room for a server's data, and for its programs,
/// which may have to be copied there.
#[must_use]
pub fn memory_folder() -> Option<PathBuf> {
    let is_roomy = rustix::fs::statvfs(FOLDER).is_ok_and(|system| {
        system.f_bavail.saturating_mul(system.f_frsize) >= ROOM
            && !system.f_flag.contains(rustix::fs::StatVfsMountFlags::NOEXEC)
    });
    let meminfo = || fs::read_to_string("/proc/meminfo").unwrap_or_default();
    (is_roomy && available_memory(&meminfo()) >= ROOM).then(|| Path::new(FOLDER).to_owned())
}

/// Returns the memory that the kernel could provide without swapping, in bytes; 0 if it does not say.
fn available_memory(meminfo: &str) -> u64 {
    let value = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let kibibytes = value.and_then(|value| value.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kibibytes.unwrap_or(0).saturating_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn available_memory_is_read_in_bytes() {
        let meminfo = "MemTotal:       24534540 kB\nMemAvailable:   23000000 kB\n";
        assert_eq!(available_memory(meminfo), 23_000_000 * 1024);
        assert_eq!(available_memory("MemTotal: 1 kB\n"), 0);
    }
}
