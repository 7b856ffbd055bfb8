//! The shell that owns a server: see watcher.sh for why there is one.

use std::fs::File;
use std::path::Path;

use anyhow::Result;
use engine::local::{Owner, Shell};

use super::Lifetime;
use crate::environment;

const SCRIPT: &str = include_str!("watcher.sh");

/// Starts the shell as `owner`. It and all it starts write to `log`, and so hold a lock on that file.
pub(super) fn spawn(
    owner: Owner,
    bin_dir: &Path,
    home: &Path,
    lifetime: Lifetime,
    log: File,
) -> Result<Shell> {
    let [signal, at_end] = match lifetime {
        // Nobody reads the data again: the fastest way out is enough.
        Lifetime::Temporary => ["QUIT", "remove"],
        Lifetime::Kept => ["INT", "keep"],
    };
    let arguments = [bin_dir.as_os_str(), home.as_os_str(), signal.as_ref(), at_end.as_ref()];
    Shell::spawn(owner, SCRIPT, "branchline-postgres", &arguments, environment::search_path(), log)
}
