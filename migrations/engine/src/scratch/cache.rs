//! Keeps initdb's result for the next run: initdb takes most of a second, and copying its result a quarter of
//! that.
//!
//! It is kept for this user alone, in a folder that nobody else can write to, under a name that tells the
//! installation: version, place, size and time of its server. It holds no password and nobody's data.

use std::fs::{self, DirBuilder, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use super::binaries::Binaries;
use crate::local::Owner;

/// Time after which an unused entry is removed: 27 MB for each installation.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);
const PREFIX: &str = "initdb-";

/// A folder of what initdb made; none where there is no folder to keep it in.
pub(super) struct Cache {
    folder: Option<PathBuf>,
}

impl Cache {
    /// The folder `branchline` in the user's cache folder, made where it is not there.
    pub(super) fn for_user(cache_home: Option<&str>, home: Option<&str>) -> Self {
        let base = cache_home.map(PathBuf::from).or_else(|| home.map(|home| Path::new(home).join(".cache")));
        let folder = base.filter(|base| base.is_absolute()).map(|base| base.join("branchline"));
        Self { folder: folder.filter(|folder| is_private(folder)) }
    }

    /// Copies what initdb made of this installation to a data folder. Returns whether there was something to
    /// copy.
    pub(super) fn restore(&self, binaries: &Binaries, data: &Path, owner: Owner) -> bool {
        // Shared with others that copy: nothing is removed meanwhile.
        let Some(lock) = self.lock_file().filter(|lock| lock.lock_shared().is_ok()) else { return false };
        let Some(kept) = self.entry(binaries).filter(|kept| kept.is_dir()) else { return false };
        // For the rule that removes what is not used.
        let _ = File::open(&kept).and_then(|kept| kept.set_modified(SystemTime::now()));
        let is_copied = copy(&kept, data);
        drop(lock);
        is_copied && owner.take_all(data).is_ok()
    }

    /// Keeps a data folder that initdb has just made. Where that fails, the next run calls initdb as well.
    pub(super) fn keep(&self, binaries: &Binaries, data: &Path) {
        let Some(entry) = self.entry(binaries) else { return };
        let partial = entry.with_extension(std::process::id().to_string());
        // A process of the same number may have died over it.
        let _ = fs::remove_dir_all(&partial);
        // Another run may have been faster.
        if !copy(data, &partial) || fs::rename(&partial, &entry).is_err() {
            let _ = fs::remove_dir_all(&partial);
        }
        self.sweep();
    }

    /// Removes what does not start.
    pub(super) fn forget(&self, binaries: &Binaries) {
        let lock = self.lock_file().filter(|lock| lock.lock().is_ok());
        if let (Some(_lock), Some(entry)) = (lock, self.entry(binaries)) {
            // Another run may have been faster.
            let _ = fs::remove_dir_all(entry);
        }
    }

    fn lock_file(&self) -> Option<File> {
        let path = self.folder.as_ref()?.join("lock");
        File::options().append(true).create(true).open(path).ok()
    }

    fn entry(&self, binaries: &Binaries) -> Option<PathBuf> {
        let metadata = binaries.folder.join("postgres").metadata().ok()?;
        let mut hasher = DefaultHasher::new();
        (&binaries.folder, &binaries.version, metadata.size(), metadata.mtime(), metadata.mtime_nsec())
            .hash(&mut hasher);
        Some(self.folder.as_ref()?.join(format!("{PREFIX}{}-{:016x}", binaries.major, hasher.finish())))
    }

    fn sweep(&self) {
        let Some(_lock) = self.lock_file().filter(|lock| lock.lock().is_ok()) else { return };
        let entries = self.folder.iter().filter_map(|folder| folder.read_dir().ok()).flatten().flatten();
        for entry in
            entries.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(PREFIX.as_bytes()))
        {
            let age = entry.metadata().and_then(|metadata| metadata.modified()).map(|time| time.elapsed());
            if age.is_ok_and(|age| age.is_ok_and(|age| age > KEPT)) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

/// Returns whether the folder is there, or can be made, and only this user can write to it.
fn is_private(folder: &Path) -> bool {
    if DirBuilder::new().recursive(true).mode(0o700).create(folder).is_err() {
        return false;
    }
    folder.symlink_metadata().is_ok_and(|metadata| {
        let is_ours = metadata.uid() == rustix::process::geteuid().as_raw();
        metadata.is_dir() && is_ours && metadata.mode() & 0o022 == 0
    })
}

fn copy(from: &Path, to: &Path) -> bool {
    let mut command = Command::new("cp");
    let command = command.arg("-R").arg(from).arg(to).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
