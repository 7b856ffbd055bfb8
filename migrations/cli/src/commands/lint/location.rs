//! Paths of findings as code hosts want them: relative to the repository's root, wherever the command runs.

use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Characters that a path in a URI must not have (RFC 3986, section 3.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The folder of the migrations, from the root of the Git repository that it is in. Outside of a repository,
/// the folder as it was named.
pub(super) struct Location(PathBuf);

impl Location {
    pub(super) fn new(dir: &Path) -> Self {
        Self(from_root(dir).unwrap_or_else(|| dir.to_owned()))
    }

    /// Returns the path of a file in the folder.
    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }

    /// Returns the path as a relative reference of a URI; an absolute path becomes one with a scheme.
    pub(super) fn uri(&self, file: &str) -> String {
        let path = self.path(file);
        // Code hosts compare texts, so `./a` is not `a` to them.
        let path = path.strip_prefix(".").unwrap_or(&path);
        let encoded = utf8_percent_encode(&path.to_string_lossy(), ENCODED).to_string();
        if path.is_absolute() { format!("file://{encoded}") } else { encoded }
    }
}

fn from_root(dir: &Path) -> Option<PathBuf> {
    let dir = dir.canonicalize().ok()?;
    // In a worktree or a submodule `.git` is a file.
    let root = dir.ancestors().find(|folder| folder.join(".git").exists())?;
    dir.strip_prefix(root).ok().map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::Location;
    use std::fs;

    #[test]
    fn in_a_repository_the_path_begins_at_its_root() {
        let repository = tempfile::tempdir().unwrap();
        let folder = repository.path().join("services/shop db/migrations");
        fs::create_dir_all(&folder).unwrap();
        fs::create_dir(repository.path().join(".git")).unwrap();
        let location = Location::new(&folder);
        assert_eq!(location.path("V1__a.sql").to_str(), Some("services/shop db/migrations/V1__a.sql"));
        assert_eq!(location.uri("V1__a.sql"), "services/shop%20db/migrations/V1__a.sql");
        assert_eq!(Location::new(repository.path()).uri("2026_a/up.sql"), "2026_a/up.sql");
    }

    #[test]
    fn elsewhere_it_is_the_one_that_was_named() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Location::new("no/such".as_ref()).uri("V1__a.sql"), "no/such/V1__a.sql");
        assert_eq!(Location::new("./no".as_ref()).uri("V1__a.sql"), "no/V1__a.sql");
        let absolute = Location::new(folder.path()).uri("V1__a.sql");
        assert!(absolute.starts_with("file:///") && absolute.ends_with("/V1__a.sql"), "{absolute}");
    }
}
