//! From what catalog and records tell to what adopting does.

use std::collections::BTreeSet;

use super::error::AdoptionError;
use super::evidence::{Evidence, Presence};
use super::record::{Matches, Matching, Record};
use files::check_statements;
use files::{Migration, Migrations};

/// The result of planning an adoption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adoption<'a> {
    /// Up to the last migration that is there, in order.
    pub steps: Vec<AdoptionStep<'a>>,
    /// Migrations that the next upgrade applies.
    pub pending: Vec<&'a Migration>,
    /// Differences of the catalog from what is stamped because the user said so, a line each.
    pub differences: Vec<String>,
    /// Further notes, a sentence each.
    pub notes: Vec<String>,
}

/// A step of adopting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdoptionStep<'a> {
    /// It is there, so only the history is changed.
    Stamp(&'a Migration, Ground),
    /// It is not there and one after it is, so it runs.
    Apply(&'a Migration),
}

/// Why a migration counts as applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// The catalog has its effect.
    Catalog,
    /// The other tool recorded it.
    Record,
    /// The catalog has its effect, and the other tool recorded it.
    Both,
    /// It leaves no trace, and one after it is there.
    Order,
    /// The person said so.
    Said,
}

impl Ground {
    /// In one word, for machines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Catalog => "catalog",
            Self::Record => "record",
            Self::Both => "catalog and record",
            Self::Order => "order",
            Self::Said => "stamp-through",
        }
    }
}

/// Plans from what is there.
///
/// A migration that leaves no trace counts as there where one after it is; unless one before it has to run,
/// on whose objects it may depend. `through`: how many migrations the person says have run.
///
/// # Errors
/// A migration is there in part, cannot run before one that is there, or may have to; or how far the
/// migrations have run is not certain, and the person has not said it.
pub fn adoption<'a>(
    migrations: &'a Migrations,
    evidence: &Evidence,
    records: &[Record],
    through: Option<usize>,
) -> Result<Adoption<'a>, AdoptionError> {
    let all: Vec<&Migration> = migrations.iter().collect();
    let records: Vec<(&Record, Matches)> = records
        .iter()
        .filter(|record| !record.entries.is_empty() || record.unreadable.is_some())
        .map(|record| (record, record.matches(migrations)))
        .collect();
    let planner = Planner { all, evidence, records };
    match through {
        Some(through) => planner.as_said(through),
        None => planner.as_found(),
    }
}

struct Planner<'a, 'e> {
    all: Vec<&'a Migration>,
    evidence: &'e Evidence,
    records: Vec<(&'e Record, Matches)>,
}

/// The claim of one record.
enum Claim {
    /// The first so many migrations have run.
    Through(usize),
    /// It leaves this open; the reason.
    Uncertain(String),
}

impl<'a> Planner<'a, '_> {
    fn as_found(&self) -> Result<Adoption<'a>, AdoptionError> {
        let candidates = self.candidates()?;
        let (lowest, highest) = (candidates[0], candidates[candidates.len() - 1]);
        let (mut said, mut recorded) = (BTreeSet::new(), BTreeSet::new());
        let mut reasons = Vec::new();
        let mut notes = self.failures();
        for (record, matches) in self.records.iter().filter(|(record, _)| !record.is_empty()) {
            match self.claim(record, matches, highest) {
                Claim::Through(count) => {
                    said.insert(count);
                    recorded.extend(matches.applied.iter().copied());
                }
                Claim::Uncertain(reason) => reasons.push(reason),
            }
        }
        let uncertain = |reasons: Vec<String>, said: &BTreeSet<usize>| {
            let choices: BTreeSet<usize> = candidates.iter().chain(said).copied().collect();
            Err(self.uncertain(reasons, choices, said.last().copied().unwrap_or(0)))
        };
        let count = match (said.iter().collect::<Vec<_>>().as_slice(), candidates.as_slice()) {
            ([], [only]) => *only,
            // Nothing of the migrations is there, and nobody says that any has run.
            ([], [0, ..]) if reasons.is_empty() => 0,
            ([], _) => {
                reasons.insert(0, self.doubt(lowest, highest));
                return uncertain(reasons, &said);
            }
            ([count], _) if candidates.contains(count) => **count,
            ([count], _) if **count < lowest => {
                let unrecorded = self.label(lowest - 1);
                if let Some(i) =
                    (**count..lowest).find(|i| !self.evidence.traces[*i] && !recorded.contains(i))
                {
                    reasons.push(format!(
                        "{} is not recorded and leaves no trace in the catalog, and {unrecorded}, which is \
                         not recorded either, is there.",
                        self.label(i)
                    ));
                    return uncertain(reasons, &said);
                }
                notes.push(format!("{unrecorded} is there, though no other tool recorded it."));
                lowest
            }
            ([count], _) => {
                reasons.push(format!(
                    "{} up to {} as applied, and the catalog does not agree.",
                    self.who_records(),
                    self.label(**count - 1)
                ));
                return uncertain(reasons, &said);
            }
            _ => {
                reasons.push("The records of other tools differ in what was applied.".to_owned());
                return uncertain(reasons, &said);
            }
        };
        if let Some(reason) = self.open_question(count, &recorded) {
            return uncertain(vec![reason], &said);
        }
        notes.append(&mut reasons);
        let steps = self.steps(count, lowest, &recorded)?;
        let pending = self.all[count..].to_vec();
        Ok(Adoption { steps, pending, differences: Vec::new(), notes })
    }

    /// Plans by the user's statement, unless the catalog has more.
    fn as_said(&self, through: usize) -> Result<Adoption<'a>, AdoptionError> {
        let evidence = self.evidence;
        let reached = evidence.positions.first().copied().unwrap_or(0);
        let is_there =
            |i: usize| evidence.presences[i] == Presence::Applied || (i < reached && evidence.traces[i]);
        if let Some(last) = (through..self.all.len()).rfind(|i| is_there(*i)) {
            return Err(AdoptionError::Ahead {
                label: self.label(last),
                version: self.all[last].version.to_string(),
                through: self.target(through),
            });
        }
        self.check_parts(through..self.all.len())?;
        let recorded = self.recorded();
        let ground = |i: usize| match (self.is_there(i), recorded.contains(&i)) {
            (true, true) => Ground::Both,
            (true, false) => Ground::Catalog,
            _ => Ground::Said,
        };
        let mut differences = Vec::new();
        if !evidence.positions.contains(&through) {
            let lines = |i: usize| evidence.differences[i].iter().map(move |line| (i, line));
            let label = |(i, line): (usize, &String)| format!("{}: {line}", self.label(i));
            differences.extend((0..through).flat_map(lines).map(label));
        }
        let steps = (0..through).map(|i| AdoptionStep::Stamp(self.all[i], ground(i))).collect();
        Ok(Adoption { steps, pending: self.all[through..].to_vec(), differences, notes: self.failures() })
    }

    /// Returns whether the catalog tells for certain that a migration has run.
    fn is_there(&self, i: usize) -> bool {
        let Evidence { presences, positions, traces, .. } = self.evidence;
        let reached = positions.first().copied().unwrap_or(0);
        presences[i] == Presence::Applied || (i < reached && traces[i])
    }

    /// Returns the numbers of migrations that may have run, by the catalog.
    fn candidates(&self) -> Result<Vec<usize>, AdoptionError> {
        let Evidence { presences, positions, .. } = self.evidence;
        let mut candidates = positions.clone();
        if candidates.is_empty() {
            self.check_parts(0..self.all.len())?;
            let end = presences
                .iter()
                .rposition(|presence| *presence == Presence::Applied)
                .map_or(0, |last| last + 1);
            let unknown =
                presences[end..].iter().take_while(|presence| **presence == Presence::Unknown).count();
            candidates = (end..=end + unknown).collect();
        }
        self.narrow(&mut candidates);
        Ok(candidates)
    }

    /// Takes away what owners, privileges and comments speak against, and what makes no difference.
    fn narrow(&self, candidates: &mut Vec<usize>) {
        let lowest = candidates[0];
        let agrees = |count: usize| {
            self.evidence.hints.iter().enumerate().skip(lowest).all(|(i, hint)| match hint {
                Some(is_there) => *is_there == (i < count),
                None => true,
            })
        };
        if candidates.iter().any(|count| agrees(*count)) {
            candidates.retain(|count| agrees(*count));
        }
        // A migration that runs nothing may be pending.
        let runs = |i: usize| self.all[i].up.statements().len() > 0;
        let before = candidates.clone();
        candidates.retain(|&count| {
            let earlier = before.iter().rfind(|&&other| other < count);
            earlier.is_none_or(|&earlier| (earlier..count).any(runs))
        });
    }

    fn check_parts(&self, range: std::ops::Range<usize>) -> Result<(), AdoptionError> {
        for i in range {
            if let Presence::Partial(differences) = &self.evidence.presences[i] {
                let advice = match self.recorded().last() {
                    Some(&last) => format!(
                        ". {} up to {} as applied: to take it at its word, say --stamp-through {}",
                        self.who_records(),
                        self.label(last),
                        self.all[last].version
                    ),
                    None => String::new(),
                };
                return Err(AdoptionError::Part {
                    label: self.label(i),
                    differences: differences.clone(),
                    advice,
                });
            }
        }
        Ok(())
    }

    /// Returns the claim of a record, and whether it can be relied on.
    fn claim(&self, record: &Record, matches: &Matches, highest: usize) -> Claim {
        let (tool, table) = (&record.tool, &record.table);
        if let Some(reason) = &record.unreadable {
            return Claim::Uncertain(format!("{tool}'s record, {table}, cannot be read: {reason}."));
        }
        let count = matches.applied.last().map_or(0, |last| last + 1);
        // If the catalog ends at the same place, a weak match is confirmed.
        let is_confirmed = count > 0 && count == highest;
        if matches.by == Some(Matching::Order) && !is_confirmed {
            return Claim::Uncertain(format!(
                "{tool}'s record, {table}, has {} entries, whose names and numbers are not those of the \
                 files.",
                record.entries.len()
            ));
        }
        match matches.unmatched.as_slice() {
            [] => Claim::Through(count),
            // Numbers alone may be those of a history that was put together since.
            _ if is_confirmed && matches.by <= Some(Matching::Name) => Claim::Through(count),
            [only] => Claim::Uncertain(format!("{tool}'s record, {table}, names {only}, which no file is.")),
            [first, rest @ ..] => Claim::Uncertain(format!(
                "{tool}'s record, {table}, names {first} and {} more that no file is.",
                rest.len()
            )),
        }
    }

    /// Returns what the records leave open about the first so many migrations, if the catalog cannot answer
    /// it.
    fn open_question(&self, count: usize, recorded: &BTreeSet<usize>) -> Option<String> {
        let Evidence { presences, positions, traces, .. } = self.evidence;
        let is_exact = positions.contains(&count);
        for (record, matches) in &self.records {
            let last = matches.applied.last().map_or(0, |last| last + 1).min(count);
            if let Some(&failed) = matches.failed.range(..count).next() {
                return Some(format!(
                    "{} recorded that {} failed, and it, or one after it, is there.",
                    record.tool,
                    self.label(failed)
                ));
            }
            if !matches.is_complete || matches.by == Some(Matching::Order) {
                continue;
            }
            let is_open = |i: &usize| !traces[*i] || (!is_exact && presences[*i] == Presence::Unknown);
            let hole = (0..last).filter(|i| !matches.applied.contains(i)).find(is_open);
            if let Some(hole) = hole {
                return Some(format!(
                    "{} recorded what comes after {}, and not that one, which leaves no trace in the \
                     catalog.",
                    record.tool,
                    self.label(hole)
                ));
            }
        }
        let absent = |i: &usize| !is_exact && recorded.contains(i) && presences[*i] == Presence::Absent;
        let absent = (0..count).find(absent)?;
        Some(format!("{} {} as applied, and it is not there.", self.who_records(), self.label(absent)))
    }

    /// Stamps and applies the first so many.
    fn steps(
        &self,
        count: usize,
        lowest: usize,
        recorded: &BTreeSet<usize>,
    ) -> Result<Vec<AdoptionStep<'a>>, AdoptionError> {
        let Evidence { presences, positions, traces, hints, .. } = self.evidence;
        let is_exact = positions.contains(&count);
        let mut steps = Vec::new();
        let mut before: Option<String> = None;
        for (i, &migration) in self.all[..count].iter().enumerate() {
            let later = || self.label(count - 1);
            if !is_exact && presences[i] == Presence::Absent {
                if migration.up.directives.no_transaction {
                    return Err(AdoptionError::NoTransaction { label: self.label(i), later: later() });
                }
                check_statements(&migration.up)?;
                before.get_or_insert_with(|| self.label(i));
                steps.push(AdoptionStep::Apply(migration));
                continue;
            }
            let is_there = presences[i] == Presence::Applied
                || (is_exact && i < lowest && traces[i])
                || hints[i] == Some(true);
            let ground = match (is_there, recorded.contains(&i)) {
                (true, true) => Ground::Both,
                (true, false) => Ground::Catalog,
                (false, true) => Ground::Record,
                (false, false) => Ground::Order,
            };
            if let (Ground::Order, Some(before)) = (ground, &before) {
                let (label, before) = (self.label(i), before.clone());
                return Err(AdoptionError::Unclear { label, before, later: later() });
            }
            steps.push(AdoptionStep::Stamp(migration, ground));
        }
        Ok(steps)
    }

    /// Returns the migrations that were applied by the records, if they tell more than their length.
    fn recorded(&self) -> BTreeSet<usize> {
        let matched = self.records.iter().filter(|(_, matches)| matches.by != Some(Matching::Order));
        matched.flat_map(|(_, matches)| matches.applied.iter().copied()).collect()
    }

    /// The subject of a sentence on what the records say.
    fn who_records(&self) -> String {
        let tools: Vec<&str> = self
            .records
            .iter()
            .filter(|(_, matches)| !matches.applied.is_empty())
            .map(|(record, _)| record.tool.as_str())
            .collect();
        format!("{} recorded", tools.join(" and "))
    }

    /// Returns the failures in the records, a sentence each.
    fn failures(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for (record, _) in &self.records {
            for entry in &record.entries {
                if let Some(reason) = &entry.failed {
                    notes.push(format!(
                        "{} recorded {} as {reason}: it does not count as applied.",
                        record.tool,
                        entry.label()
                    ));
                }
            }
        }
        notes
    }

    /// Why the catalog leaves it open between two counts.
    fn doubt(&self, lowest: usize, highest: usize) -> String {
        let open: Vec<String> = (lowest..highest).map(|i| self.label(i)).collect();
        match open.as_slice() {
            [only] => format!("{only} leaves no trace in the catalog that tells whether it has run."),
            [first, .., last] => {
                format!("{first} to {last} leave no trace in the catalog that tells whether they have run.")
            }
            [] => "The catalog tells nothing.".to_owned(),
        }
    }

    fn uncertain(&self, reasons: Vec<String>, choices: BTreeSet<usize>, count: usize) -> AdoptionError {
        let least = (0..self.all.len()).rfind(|i| self.is_there(*i)).map_or(0, |last| last + 1);
        let lacking = |i: &usize| self.evidence.presences[*i] != Presence::Applied;
        let lines = |i: usize| {
            self.evidence.differences[i].iter().map(move |line| format!("{}: {line}", self.label(i)))
        };
        AdoptionError::Uncertain {
            reasons,
            differences: (0..count).filter(lacking).flat_map(lines).collect(),
            choices: choices.range(least..).map(|count| self.target(*count)).collect(),
        }
    }

    fn label(&self, i: usize) -> String {
        self.all[i].label().to_owned()
    }

    /// The target that says that so many have run.
    fn target(&self, count: usize) -> String {
        match count.checked_sub(1) {
            Some(last) => self.all[last].version.to_string(),
            None => "base".to_owned(),
        }
    }
}
