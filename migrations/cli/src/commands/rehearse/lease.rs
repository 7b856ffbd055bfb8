//! Tells a branch in use from one that a killed run left behind: by a locked file of the branch's name.
//!
//! The lock ends with the process, however it ends. Only runs on this machine, by this user, can see it; a
//! branch of any other that died is deleted by Neon when it expires.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The prefix of all branches that are made for a rehearsal.
pub(super) const PREFIX: &str = "rehearsal-";

/// A name in use.
pub(super) struct Lease {
    file: File,
    path: PathBuf,
}

impl Lease {
    /// Takes a new name. `parent` is the id of the branch that it will be a branch of, so that no other
    /// project is searched for it.
    ///
    /// # Errors
    /// The folder for temporary files cannot be written.
    pub(super) fn take(folder: &Path, name: &str, parent: &str) -> Result<Self> {
        let path = folder.join(name);
        let taken = || format!("{} cannot be made", path.display());
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path).with_context(taken)?;
        file.lock().with_context(taken)?;
        writeln!(file, "{parent}").with_context(taken)?;
        Ok(Self { file, path })
    }

    /// The names of a branch's branches that no process uses any more, each with its lease.
    pub(super) fn abandoned(folder: &Path, parent: &str) -> Vec<(String, Self)> {
        // A folder that cannot be read holds nothing of ours; a file of another user's cannot be opened.
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let ours = entries.filter_map(|entry| {
            let name = entry.file_name().into_string().ok().filter(|name| name.starts_with(PREFIX))?;
            let file = File::open(entry.path()).ok()?;
            file.try_lock().ok()?;
            let is_ours = fs::read_to_string(entry.path()).ok()?.trim_end() == parent;
            is_ours.then(|| (name, Self { file, path: entry.path() }))
        });
        ours.collect()
    }

    /// Gives the name up, its branch being gone.
    pub(super) fn release(self) {
        // A file that stays costs a search in the next run.
        let _ = fs::remove_file(&self.path);
        drop(self.file);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_abandoned_once_its_process_holds_it_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let names = |project| {
            let abandoned = Lease::abandoned(folder.path(), project);
            abandoned.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        let lease = Lease::take(folder.path(), "rehearsal-1", "mine").unwrap();
        assert!(names("mine").is_empty());
        assert!(Lease::take(folder.path(), "rehearsal-1", "mine").is_err(), "a name is taken once");
        drop(lease);
        assert_eq!(names("mine"), ["rehearsal-1"]);
        assert!(names("another").is_empty());
        Lease::abandoned(folder.path(), "mine").into_iter().for_each(|(_, lease)| lease.release());
        assert!(names("mine").is_empty());
    }
}
