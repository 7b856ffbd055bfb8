//! The result of a rehearsal. Its JSON is the permit that a deploy requires.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::losses::Loss;
use crate::measure::{MigrationProfile, millis};

/// The form of the JSON; another number for another form.
pub const FORMAT: u32 = 1;

/// A rehearsal from beginning to end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`FORMAT`].
    pub format: u32,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339")]
    pub rehearsed_at: OffsetDateTime,
    /// Decision on deploying the migrations.
    pub verdict: Verdict,
    /// The kind of place in which it ran.
    pub place: PlaceKind,
    /// Production before the migrations.
    pub source: Source,
    /// Production after them.
    pub target: Target,
    /// Limits on how long a lock may block others.
    pub limits: Limits,
    /// The pending migrations, measured, in order; those after one that failed are missing.
    pub migrations: Vec<Rehearsed>,
    /// Sessions that probed the database while the migrations ran, and how long they waited.
    pub probes: Vec<Probed>,
    /// The command that was run on the migrated copy.
    pub command: Option<CommandRun>,
    /// Result of running the downs back and the ups forward again.
    #[serde(rename = "way_back")]
    pub round_trip: RoundTrip,
    /// Tables and columns that the migrations drop.
    #[serde(default)]
    pub losses: Vec<Loss>,
    /// Objects of the database of which nothing is known, so that nothing of them was compared.
    #[serde(default)]
    pub unmodeled: Vec<String>,
    /// Failures, warnings and notes.
    pub findings: Vec<Finding>,
}

/// The decision on deploying the migrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// They may.
    Passed,
    /// They may not.
    Failed,
}

/// The kinds of places in which a rehearsal runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlaceKind {
    /// A copy of the database on the same server.
    Copy,
    /// A branch of a Neon project.
    Branch,
}

/// The database as it was before. Digests are SHA-256 in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Of its host, port and name: which database this is, without telling where.
    pub database: String,
    /// Its last migration; none on an empty one.
    pub head: Option<String>,
    /// Of what was measured, the relations that were there before, which somebody may be using.
    #[serde(default)]
    pub relations: BTreeSet<String>,
    /// Of its history: numbers, names and checksums.
    pub history: String,
    /// Of its catalog.
    pub catalog: String,
}

/// The database as it will be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its last migration.
    pub head: Option<String>,
    /// SHA-256 of its catalog; none where the rehearsal did not come that far.
    pub catalog: Option<String>,
}

/// The limits that were set for the migrations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The longest time for which others may be held up.
    #[serde(rename = "max_lock_ms", with = "optional_millis")]
    pub max_lock: Option<Duration>,
    /// Events that fail the rehearsal.
    pub deny: Vec<Deny>,
}

/// An event that can be denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deny {
    /// Rewriting a whole table.
    Rewrite,
    /// Reading a table while a lock on it stops writers.
    Scan,
    /// Rows that are gone, or that the downs do not restore.
    Data,
    /// A migration without a down.
    Irreversible,
    /// An error of `branchline lint`.
    Lint,
    /// An object of a kind that the catalog does not model.
    Unmodeled,
}

impl Deny {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Rewrite, Self::Scan, Self::Data, Self::Irreversible, Self::Lint, Self::Unmodeled];

    /// Its name, as reports and options have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rewrite => "rewrite",
            Self::Scan => "scan",
            Self::Data => "data",
            Self::Irreversible => "irreversible",
            Self::Lint => "lint",
            Self::Unmodeled => "unmodeled",
        }
    }
}

impl FromStr for Deny {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|deny| deny.as_str() == word)
            .ok_or_else(|| format!("no such thing: {word}"))
    }
}

/// A migration that was applied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rehearsed {
    /// refinery's checksum of it.
    pub checksum: String,
    /// SHA-256 of the catalog after it.
    pub catalog: String,
    /// Its measurements.
    #[serde(flatten)]
    pub measured: MigrationProfile,
}

/// A session that read or wrote a table all the while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probed {
    /// The table with its schema.
    pub table: String,
    /// The kind of session.
    pub who: Who,
    /// Number of attempts.
    pub attempts: u64,
    /// Each time that it waited for a lock.
    pub waits: Vec<Wait>,
    /// The error that ended it, where a migration took away what it used.
    pub broken: Option<String>,
}

/// The kinds of probing sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Who {
    /// Reads a row.
    Reader,
    /// Locks the table and a row as an UPDATE does.
    Writer,
}

/// A wait for a lock, from the session's own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// When it asked, from the first measurement on.
    #[serde(rename = "started_ms", with = "millis")]
    pub started: Duration,
    /// Time until it was answered.
    #[serde(rename = "waited_ms", with = "millis")]
    pub waited: Duration,
}

/// A command that ran on the migrated copy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommandRun {
    /// Its words.
    pub command: Vec<String>,
    /// Its end: an exit status or a signal, in words.
    pub outcome: String,
    /// True if that is success.
    pub is_success: bool,
    /// Its duration.
    #[serde(rename = "duration_ms", with = "millis")]
    pub duration: Duration,
}

/// The result of taking the migrations back and applying them again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundTrip {
    /// Migrations whose down restores the catalog and whose up then makes the same again.
    pub proved: Vec<String>,
    /// Those that it cannot be proved for, having no down.
    pub without: Vec<String>,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Its level.
    pub level: Level,
    /// Its subject.
    pub about: About,
    /// The file, where it is about one.
    pub file: Option<String>,
    /// The line in it, from 1.
    pub line: Option<usize>,
    /// In words, without row values.
    pub message: String,
    /// The same with row values, for a terminal where they are asked for. It is in no report.
    #[serde(skip)]
    pub shown: Option<String>,
}

/// The weight of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Good to know.
    Note,
    /// Somebody should decide: the exit status is 3.
    Warning,
    /// The rehearsal failed by it.
    Failure,
}

/// The subject of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum About {
    /// A migration that could not be applied.
    Migration,
    /// A lock, and who waited for it.
    Lock,
    /// A table that was rewritten.
    Rewrite,
    /// A table that was read under a lock.
    Scan,
    /// A client that would fail.
    Client,
    /// The test command.
    Command,
    /// A down.
    Down,
    /// Rows.
    Data,
    /// The schema at the end.
    Schema,
    /// A finding of the linter.
    Lint,
    /// A notice of the server or of a migration while it ran.
    Notice,
}

impl Finding {
    /// One without a longer form for a terminal.
    pub fn new(
        level: Level,
        about: About,
        file: Option<String>,
        line: Option<usize>,
        message: String,
    ) -> Self {
        Self { level, about, file, line, message, shown: None }
    }

    /// The message for a terminal.
    pub fn words(&self) -> &str {
        self.shown.as_deref().unwrap_or(&self.message)
    }
}

impl Report {
    /// The heaviest finding's weight.
    pub fn level(&self) -> Option<Level> {
        self.findings.iter().map(|finding| finding.level).max()
    }
}

impl Probed {
    /// The longest wait that touches a span of time.
    pub fn longest_within(&self, from: Duration, until: Duration) -> Option<Wait> {
        let touches = |wait: &&Wait| wait.started < until && wait.started + wait.waited > from;
        self.waits.iter().filter(touches).max_by_key(|wait| wait.waited).copied()
    }
}

mod optional_millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    pub(super) fn serialize<S: Serializer>(
        limit: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        limit.map(|limit| limit.as_secs_f64() * 1e3).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        let millis = Option::<f64>::deserialize(deserializer)?;
        millis.map(|millis| Duration::try_from_secs_f64(millis / 1e3).map_err(de::Error::custom)).transpose()
    }
}
