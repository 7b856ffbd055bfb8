//! The folder of one server: data, certificates, password, port and log.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use openssl::sha::sha256;

use super::{Owner, memory_folder, sweep};

/// Longest time for a server to stop whose process has just ended.
const PREDECESSOR: Duration = Duration::from_secs(5);
const PREFIX: &str = "branchline-postgres-";
const PRIVATE_FILE: u32 = 0o600;
const PRIVATE_FOLDER: u32 = 0o700;

/// A home, with the lock on it held by `log` and by every process that writes there.
pub(crate) struct Home {
    pub(crate) path: PathBuf,
    pub(crate) owner: Owner,
    pub(crate) log: File,
}

impl Home {
    /// A new folder among the temporary files, in memory where `in_memory` asks for it and there is room.
    /// Whoever calls this starts the watcher next, which removes it.
    pub(crate) fn temporary(in_memory: bool) -> Result<Self> {
        let owner = Owner::current();
        let on_disk = [std::env::temp_dir(), "/tmp".into(), "/var/tmp".into()];
        let memory = if in_memory { memory_folder() } else { None };
        for parent in memory.into_iter().chain(on_disk) {
            sweep(&parent, PREFIX, "log", owner);
            let mut named = tempfile::Builder::new();
            let named = named.prefix(PREFIX).permissions(Permissions::from_mode(PRIVATE_FOLDER));
            let Ok(mut folder) = named.tempdir_in(&parent) else { continue };
            owner.take(folder.path())?;
            if owner.can_write(folder.path()) {
                let path = folder.path().to_owned();
                let log = open_log(&path, owner)?;
                log.try_lock()?;
                folder.disable_cleanup(true);
                return Ok(Self { path, owner, log });
            }
        }
        bail!("no folder for temporary files that the server's user can write to")
    }

    /// The folder at `wanted`, made if need be, once no other server uses it.
    pub(crate) fn kept(wanted: &Path) -> Result<Self> {
        fs::DirBuilder::new().recursive(true).create(wanted).with_context(|| creating(wanted))?;
        let owner = Owner::for_folder(wanted)?;
        owner.take(wanted)?;
        let mut path = wanted.canonicalize()?;
        fs::set_permissions(&path, Permissions::from_mode(PRIVATE_FOLDER))
            .with_context(|| format!("{} belongs to another user: remove it", path.display()))?;
        if !owner.can_write(&path) {
            path = moved_out(&path, owner)?;
        }
        let log = open_log(&path, owner)?;
        lock(&log, &path)?;
        log.set_len(0)?;
        Ok(Self { path, owner, log })
    }

    /// Writes a file that its owner alone can read.
    pub(crate) fn write(&self, name: &str, contents: &[u8]) -> Result<()> {
        let path = self.path.join(name);
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(true).mode(PRIVATE_FILE).open(&path);
        file.and_then(|mut file| file.write_all(contents)).with_context(|| path.display().to_string())?;
        self.owner.take(&path)
    }

    /// The file's text without the white space around it, or none where there is no such file.
    pub(crate) fn read(&self, name: &str) -> Option<String> {
        Some(fs::read_to_string(self.path.join(name)).ok()?.trim().to_owned())
    }
}

fn creating(path: &Path) -> String {
    format!("creating {}", path.display())
}

fn open_log(home: &Path, owner: Owner) -> Result<File> {
    let path = home.join("log");
    let log = OpenOptions::new().append(true).create(true).mode(PRIVATE_FILE).open(&path);
    let log = log.with_context(|| path.display().to_string())?;
    owner.take(&path)?;
    Ok(log)
}

/// Waits for a predecessor that is stopping. The watcher and the server inherit the lock with the file.
fn lock(log: &File, home: &Path) -> Result<()> {
    let patience = Instant::now() + PREDECESSOR;
    loop {
        match log.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error.into()),
            Err(TryLockError::WouldBlock) if Instant::now() < patience => {
                std::thread::sleep(Duration::from_millis(50));
            }
            Err(TryLockError::WouldBlock) => {
                bail!("another process runs the server of {}: stop that one first", home.display())
            }
        }
    }
}

/// A home for a server whose user cannot reach `unreachable`, say below /root: a folder in /var/tmp, with a
/// symbolic link to it where it was wanted.
fn moved_out(unreachable: &Path, owner: Owner) -> Result<PathBuf> {
    let digest = sha256(unreachable.as_os_str().as_encoded_bytes());
    let suffix: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let path = Path::new("/var/tmp").join(format!("branchline-kept-{suffix}"));
    // Without the link, the data of an earlier run has been given up.
    if path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
        fs::remove_dir_all(&path)?;
    }
    fs::DirBuilder::new().mode(PRIVATE_FOLDER).create(&path).with_context(|| creating(&path))?;
    owner.take(&path)?;
    ensure!(owner.can_write(&path), "{} cannot be used by an unprivileged user", path.display());
    fs::remove_dir(unreachable).with_context(|| format!("{} must be empty", unreachable.display()))?;
    symlink(&path, unreachable)?;
    Ok(path)
}
