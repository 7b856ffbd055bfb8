//! What a rehearsal found. Its JSON is the permit that a deploy asks for.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::findings;
use super::losses::Loss;
use crate::measure::{Measured, millis};

/// The form of the JSON; another number for another form.
pub(crate) const FORMAT: u32 = 1;

/// A rehearsal from beginning to end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Report {
    /// [`FORMAT`].
    pub(crate) format: u32,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) rehearsed_at: OffsetDateTime,
    /// Whether the migrations may be deployed.
    pub(crate) verdict: Verdict,
    /// Where it took place.
    pub(crate) place: PlaceKind,
    /// What production was.
    pub(crate) source: Source,
    /// What it will be.
    pub(crate) target: Target,
    /// How long a lock may stand in others' way.
    pub(crate) limits: Limits,
    /// The pending migrations, measured, in order; those after one that failed are missing.
    pub(crate) migrations: Vec<Rehearsed>,
    /// Who waited while they ran.
    pub(crate) probes: Vec<Probed>,
    /// The command that was run on the migrated copy.
    pub(crate) command: Option<CommandRun>,
    /// Whether the downs lead back and the ups forward again.
    pub(crate) way_back: WayBack,
    /// What the migrations drop.
    #[serde(default)]
    pub(crate) losses: Vec<Loss>,
    /// What there is to say.
    pub(crate) findings: Vec<Finding>,
}

/// Whether the migrations may be deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    /// They may.
    Passed,
    /// They may not.
    Failed,
}

/// Where a rehearsal takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PlaceKind {
    /// A copy of the database on the same server.
    Copy,
    /// A branch of a Neon project.
    Branch,
}

/// The database as it was before. Digests are SHA-256 in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Source {
    /// Of its host, port and name: which database this is, without telling where.
    pub(crate) database: String,
    /// Its last migration; none on an empty one.
    pub(crate) head: Option<String>,
    /// Of what was measured, the relations that were there before, which somebody may be using.
    #[serde(default)]
    pub(crate) relations: BTreeSet<String>,
    /// Of its history: numbers, names and checksums.
    pub(crate) history: String,
    /// Of its catalog.
    pub(crate) catalog: String,
}

/// The database as it will be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Target {
    /// Its last migration.
    pub(crate) head: Option<String>,
    /// SHA-256 of its catalog; none where the rehearsal did not come that far.
    pub(crate) catalog: Option<String>,
}

/// What was asked of the migrations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Limits {
    /// The longest time for which others may be held up.
    #[serde(rename = "max_lock_ms", with = "optional_millis")]
    pub(crate) max_lock: Option<Duration>,
    /// What must not happen at all.
    pub(crate) deny: Vec<Deny>,
}

/// What can be forbidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Deny {
    // Without help texts of their own, so that --help stays short.
    // Writing a table anew, whole.
    Rewrite,
    // Reading a table while a lock on it stops writers.
    Scan,
    // Rows that are gone, or not what they were after the way back.
    Data,
    // A migration without a way back.
    Irreversible,
    // What branchline lint calls an error.
    Lint,
}

/// A migration that was applied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rehearsed {
    /// refinery's checksum of it.
    pub(crate) checksum: String,
    /// SHA-256 of the catalog after it.
    pub(crate) catalog: String,
    /// What it did.
    #[serde(flatten)]
    pub(crate) measured: Measured,
}

/// What sessions that read or wrote a table all the while lived through.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Probed {
    /// The table with its schema.
    pub(crate) table: String,
    /// What the session did.
    pub(crate) who: Who,
    /// How many times.
    pub(crate) attempts: u64,
    /// Each time that it waited for a lock.
    pub(crate) waits: Vec<Wait>,
    /// The error that ended it, where a migration took away what it used.
    pub(crate) broken: Option<String>,
}

/// What a probing session does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Who {
    /// Reads a row.
    Reader,
    /// Locks the table and a row as an UPDATE does.
    Writer,
}

/// A wait for a lock, from the session's own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wait {
    /// When it asked, from the first measurement on.
    #[serde(rename = "started_ms", with = "millis")]
    pub(crate) started: Duration,
    /// How long until it was answered.
    #[serde(rename = "waited_ms", with = "millis")]
    pub(crate) waited: Duration,
}

/// A command that ran on the migrated copy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct CommandRun {
    /// Its words.
    pub(crate) command: Vec<String>,
    /// How it ended: an exit status or a signal, in words.
    pub(crate) outcome: String,
    /// Whether that is success.
    pub(crate) is_success: bool,
    /// How long it took.
    #[serde(rename = "duration_ms", with = "millis")]
    pub(crate) duration: Duration,
}

/// What the way back and forward again showed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WayBack {
    /// Migrations whose down restores the catalog and whose up then makes the same again.
    pub(crate) proved: Vec<String>,
    /// Those that it cannot be proved for, having no down.
    pub(crate) without: Vec<String>,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Finding {
    /// How much it weighs.
    pub(crate) level: Level,
    /// What it is about.
    pub(crate) about: About,
    /// The file, where it is about one.
    pub(crate) file: Option<String>,
    /// The line in it, from 1.
    pub(crate) line: Option<usize>,
    /// In words, without row values.
    pub(crate) message: String,
    /// The same with row values, for a terminal where they are asked for. It is in no report.
    #[serde(skip)]
    pub(crate) shown: Option<String>,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// Good to know.
    Note,
    /// Somebody should decide: the exit status is 3.
    Warning,
    /// The rehearsal failed by it.
    Failure,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum About {
    /// A migration that could not be applied.
    Migration,
    /// A lock, and who waited for it.
    Lock,
    /// A table that was written anew.
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
    /// What the linter says of a file.
    Lint,
    /// What the server or a migration said while it ran.
    Notice,
}

impl Finding {
    /// One without a longer form for a terminal.
    pub(crate) fn new(
        level: Level,
        about: About,
        file: Option<String>,
        line: Option<usize>,
        message: String,
    ) -> Self {
        Self { level, about, file, line, message, shown: None }
    }

    /// What a terminal shows.
    pub(crate) fn words(&self) -> &str {
        self.shown.as_deref().unwrap_or(&self.message)
    }
}

impl Report {
    /// The verdict that findings, measurements and limits make.
    pub(crate) fn judge(&self) -> Verdict {
        let measured =
            findings::of_measurements(&self.migrations, &self.probes, &self.source.relations, &self.limits);
        let fails = |finding: &Finding| finding.level == Level::Failure;
        let has_failed = self.findings.iter().chain(&measured).any(fails)
            || self.command.as_ref().is_some_and(|run| !run.is_success)
            || (self.limits.deny.contains(&Deny::Irreversible) && !self.way_back.without.is_empty())
            || self.target.catalog.is_none();
        if has_failed { Verdict::Failed } else { Verdict::Passed }
    }

    /// The heaviest finding's weight.
    pub(crate) fn level(&self) -> Option<Level> {
        self.findings.iter().map(|finding| finding.level).max()
    }
}

impl Probed {
    /// The longest wait that touches a span of time.
    pub(crate) fn longest_within(&self, from: Duration, until: Duration) -> Option<Wait> {
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
