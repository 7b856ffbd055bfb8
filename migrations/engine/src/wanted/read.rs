//! Reading the files of a wanted schema.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::WantedFile;

impl WantedFile {
    /// Reads a file, or every file with the ending `.sql` of a folder and the folders in it, by their names.
    ///
    /// # Errors
    /// There is none, one cannot be read, or is not UTF-8.
    pub fn read(path: &Path) -> Result<Vec<Self>> {
        let mut paths = Vec::new();
        let metadata = fs::metadata(path)
            .with_context(|| format!("the wanted schema {} cannot be read", path.display()))?;
        if metadata.is_dir() {
            collect(path, &mut paths)?;
            paths.sort();
            if paths.is_empty() {
                bail!("the folder {} has no file that ends in .sql", path.display());
            }
        } else {
            paths.push(path.to_owned());
        }
        paths.iter().map(|path| Self::of(path)).collect()
    }

    fn of(path: &Path) -> Result<Self> {
        let file = path.display().to_string();
        let content = fs::read(path).with_context(|| format!("{file} cannot be read"))?;
        Ok(Self { sql: decode(&file, &content)?, file })
    }
}

/// A file's text. A mark at its beginning that says that it is UTF-8 is left out, as psql does.
fn decode(file: &str, content: &[u8]) -> Result<String> {
    if content.starts_with(&[0xff, 0xfe]) || content.starts_with(&[0xfe, 0xff]) {
        bail!("{file} is UTF-16; save it as UTF-8");
    }
    let content = content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(content);
    match std::str::from_utf8(content) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let before = content.iter().take(error.valid_up_to());
            let line = 1 + before.filter(|&&byte| byte == b'\n').count();
            bail!("{file}, line {line}: the file is not UTF-8; save it as UTF-8")
        }
    }
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    let unreadable = || format!("the folder {} cannot be read", folder.display());
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        let path = entry.path();
        // Links to folders are not followed, as one may lead back.
        if entry.file_type().with_context(unreadable)?.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("sql")) && path.is_file() {
            paths.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_read_with_the_folders_in_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("b")).unwrap();
        for (file, sql) in [("c.sql", "3"), ("b/x.SQL", "2"), ("a.sql", "\u{feff}1"), ("notes.md", "no")] {
            fs::write(folder.path().join(file), sql).unwrap();
        }
        let files = WantedFile::read(folder.path()).unwrap();
        assert_eq!(files.iter().map(|file| file.sql.as_str()).collect::<Vec<_>>(), ["1", "2", "3"]);
        let error = WantedFile::read(&folder.path().join("d.sql")).unwrap_err();
        assert!(error.to_string().contains("cannot be read"), "{error}");
    }

    #[test]
    fn another_encoding_is_named_with_its_line() {
        let error = decode("a.sql", b"SELECT 1;\n-- caf\xe9\n").unwrap_err().to_string();
        assert_eq!(error, "a.sql, line 2: the file is not UTF-8; save it as UTF-8");
        let error = decode("a.sql", b"\xff\xfeS\0").unwrap_err().to_string();
        assert!(error.contains("UTF-16"), "{error}");
    }
}
