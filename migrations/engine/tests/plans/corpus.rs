//! The transitions: a folder each, `<kind>/<name>`, with the schemas `from.sql` and `to.sql`.
//!
//! `rows.sql` are the rows of both, and `rows-back.sql` those of `to.sql` where they must be others; without
//! them, tables get the sample rows of a proof. `roles.txt` names roles to be made before, one a line.
//! `note.txt` says what is to be expected instead of an equal catalog and the same rows, a line each:
//! `<there|back|both>: <what>: <text>`, where what is one of [`Expected`].

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

const FILES: [&str; 6] = ["from.sql", "to.sql", "rows.sql", "rows-back.sql", "roles.txt", "note.txt"];

/// One of the two schemas.
#[derive(Clone, Debug)]
pub struct Schema {
    pub sql: String,
    /// Its rows; none where they are sample rows.
    pub rows: Option<String>,
}

/// Two schemas, of which each is to become the other.
#[derive(Clone, Debug)]
pub struct Transition {
    pub name: String,
    pub from: Schema,
    pub to: Schema,
    pub roles: Vec<String>,
    notes: Vec<(Option<Way>, Expected)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    There,
    Back,
}

/// What is expected beyond the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// `refused`: the planner refuses, and its reason holds this text.
    Refused(String),
    /// `fails on rows`: the rows do not fit, and Postgres says so with this text.
    FailsOnRows(String),
    /// `loses`: the plan says that this is lost, though it is there both times: `schema.table.column`.
    Loses(String),
    /// `changes`: the values of this column are written anew: `schema.table.column`.
    Changes(String),
}

impl Transition {
    /// What is expected one way.
    pub fn expected(&self, way: Way) -> impl Iterator<Item = &Expected> {
        self.notes.iter().filter(move |(when, _)| when.is_none_or(|when| when == way)).map(|(_, what)| what)
    }
}

/// The transitions whose name holds one of these texts; all where there is none.
pub fn read(wanted: &[String]) -> Result<Vec<Transition>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transitions");
    let mut transitions = Vec::new();
    for kind in folders(&corpus)? {
        for folder in folders(&kind)? {
            let name = folder.strip_prefix(&corpus)?.to_str().context("a name is no text")?.to_owned();
            if wanted.is_empty() || wanted.iter().any(|text| name.contains(text.as_str())) {
                transitions.push(transition(&folder, name.clone()).context(name)?);
            }
        }
    }
    Ok(transitions)
}

fn folders(parent: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(parent).with_context(|| parent.display().to_string())?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    let file = paths.iter().find(|path| !path.is_dir());
    ensure!(file.is_none(), "{file:?} is no folder of transitions");
    Ok(paths)
}

fn transition(folder: &Path, name: String) -> Result<Transition> {
    for entry in fs::read_dir(folder)? {
        let file = entry?.file_name();
        ensure!(FILES.iter().any(|known| file == **known), "{} is not known", file.display());
    }
    let text = |file: &str| -> Result<Option<String>> {
        let path = folder.join(file);
        Ok(if path.exists() { Some(fs::read_to_string(path)?) } else { None })
    };
    let rows = text("rows.sql")?;
    let rows_back = text("rows-back.sql")?.or_else(|| rows.clone());
    let notes = text("note.txt")?.unwrap_or_default();
    Ok(Transition {
        name,
        from: Schema { sql: text("from.sql")?.context("there is no from.sql")?, rows },
        to: Schema { sql: text("to.sql")?.context("there is no to.sql")?, rows: rows_back },
        roles: text("roles.txt")?.unwrap_or_default().lines().map(str::to_owned).collect(),
        notes: notes.lines().map(note).collect::<Result<_>>()?,
    })
}

fn note(line: &str) -> Result<(Option<Way>, Expected)> {
    let mut parts = line.splitn(3, ": ");
    let mut part = || parts.next().with_context(|| format!("{line:?} is no <when>: <what>: <text>"));
    let way = match part()? {
        "there" => Some(Way::There),
        "back" => Some(Way::Back),
        "both" => None,
        other => bail!("{other:?} is none of there, back, both"),
    };
    let (what, text) = (part()?, part()?.to_owned());
    Ok((
        way,
        match what {
            "refused" => Expected::Refused(text),
            "fails on rows" => Expected::FailsOnRows(text),
            "loses" => Expected::Loses(text),
            "changes" => Expected::Changes(text),
            other => bail!("{other:?} is none of refused, fails on rows, loses, changes"),
        },
    ))
}
