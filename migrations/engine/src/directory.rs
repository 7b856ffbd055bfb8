//! Reading the folder of migration files, as refinery reads it: with the folders below.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, Result, bail};
use files::{CHECKSUMS, Layout, Migrations};

/// A folder of migrations.
#[derive(Clone, Copy)]
pub struct Directory<'a> {
    /// Its path.
    pub path: &'a Path,
    /// The layout that it is said to have; none where that is to be detected.
    pub layout: Option<Layout>,
}

impl Directory<'_> {
    /// Loads and checks it.
    ///
    /// # Errors
    /// The folder or a file in it cannot be read, or the files cannot be used together.
    pub fn load(self) -> Result<Migrations> {
        Migrations::read(self.files()?, self.layout, &self.path.to_string_lossy())
            .with_context(|| self.unusable())
    }

    /// Loads it as it would be with further files, which are not written.
    ///
    /// # Errors
    /// As for [`Directory::load`].
    pub fn load_with(self, further: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Migrations> {
        let mut files = self.files()?;
        files.extend(further);
        Migrations::read(files, self.layout, &self.path.to_string_lossy()).with_context(|| self.unusable())
    }

    /// The layout that it has, and the names of its files, whether they can be used together or not.
    ///
    /// # Errors
    /// The folder or a file in it cannot be read, or files are of several tools.
    pub fn names(self) -> Result<(Layout, Vec<String>)> {
        let files = self.files()?;
        let layout = match self.layout {
            Some(layout) => layout,
            None => Layout::detect(&files, &self.path.to_string_lossy()).with_context(|| self.unusable())?,
        };
        Ok((layout, files.into_iter().map(|(name, _)| name).collect()))
    }

    fn unusable(self) -> String {
        format!("the migrations in {} cannot be used", self.path.display())
    }

    /// The text of `CHECKSUMS`; none where there is no such file.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn checksums(self) -> Result<Option<String>> {
        let path = self.path.join(CHECKSUMS);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| path.display().to_string()),
        }
    }

    /// Writes `CHECKSUMS`.
    ///
    /// # Errors
    /// The folder cannot be used, or the file cannot be written.
    pub fn write_checksums(self) -> Result<()> {
        let path = self.path.join(CHECKSUMS);
        let text = self.load()?.checksums();
        fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))
    }

    /// Writes `CHECKSUMS` in a folder that has it.
    ///
    /// # Errors
    /// As for [`Directory::write_checksums`].
    pub fn update_checksums(self) -> Result<()> {
        if self.checksums()?.is_some() { self.write_checksums() } else { Ok(()) }
    }

    /// Every file's name, with the content of those that say something about migrations.
    fn files(self) -> Result<Vec<(String, Vec<u8>)>> {
        let mut walk = Walk { files: Vec::new(), seen: BTreeSet::new() };
        walk.folder(self.path, "").with_context(|| {
            format!("the migrations in {} cannot be read (--dir names the folder)", self.path.display())
        })?;
        Ok(walk.files)
    }
}

struct Walk {
    files: Vec<(String, Vec<u8>)>,
    /// The folders that are read already, by their real paths: a link may lead back to one.
    seen: BTreeSet<PathBuf>,
}

impl Walk {
    fn folder(&mut self, dir: &Path, prefix: &str) -> Result<()> {
        if !self.seen.insert(fs::canonicalize(dir)?) {
            bail!("{} is a link to a folder that is read already; remove it", dir.display());
        }
        for entry in fs::read_dir(dir)? {
            let path = entry?.path();
            let Some(name) = path.file_name() else { continue };
            let is_named_sql = name.to_string_lossy().to_lowercase().ends_with(".sql");
            let about = || path.display().to_string();
            // A link that leads nowhere cannot be looked at, and matters where its name is a migration's.
            let metadata = match fs::metadata(&path) {
                Err(error) if is_named_sql => {
                    return Err(error)
                        .with_context(|| format!("{} is a link that cannot be followed", about()));
                }
                Err(_) => continue,
                Ok(metadata) => metadata,
            };
            let Some(name) = name.to_str().map(|name| format!("{prefix}{name}")) else {
                if is_named_sql || metadata.is_dir() {
                    bail!("{}: the name is not UTF-8; rename it", path.display());
                }
                continue;
            };
            if metadata.is_dir() {
                if is_named_sql {
                    bail!("{} is a folder with the name of a migration; rename or remove it", path.display());
                }
                self.folder(&path, &format!("{name}/"))?;
            } else if !metadata.is_file() {
                // Reading a pipe would wait for a writer.
                if is_named_sql {
                    bail!("{} is no ordinary file", path.display());
                }
            } else {
                let is_read = [".sql", ".sql.conf", "metadata.toml"].iter().any(|end| name.ends_with(end));
                let content = if is_read { fs::read(&path).with_context(about)? } else { Vec::new() };
                self.files.push((name, content));
            }
        }
        Ok(())
    }
}
