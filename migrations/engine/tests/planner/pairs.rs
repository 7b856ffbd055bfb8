//! Plans between random schemas: each leads from a schema to a changed one and back, and leaves nothing to
//! do. A pair is told by its number; `FIRST_PAIR` set to it runs that pair first.

mod generate;
mod mutate;
mod print;
mod random;
mod references;
mod schema;
mod shrink;

use std::collections::BTreeMap;
use std::io::{self, Write};

use random::Random;
use schema::Schema;

use crate::server::Database;

/// The pairs of `make test` and those of `make soak`.
const PAIRS: (usize, usize) = (50, 10_000);
/// A run ends with so many failures.
const FAILURES: (usize, usize) = (5, 10_000);
/// One of so many pairs is compared by `pg_dump` as well.
const DUMPED: u64 = 10;
/// After so many pairs the server's own tables are rid of what they left.
const VACUUMED: u64 = 25;
/// A run says how far it is after so many pairs.
const TOLD: u64 = 100;
/// So many failures of one kind are made smaller and shown; the others are counted.
const SHOWN: usize = 2;
/// The most pairs that are tried to find a smaller one that fails.
const TRIES: usize = 200;
struct Pair {
    before: Schema,
    after: Schema,
    is_online: bool,
    is_dumped: bool,
}

/// The outcome of a pair.
enum Outcome {
    Converged,
    /// One of the two is no schema that Postgres takes.
    Invalid(String),
    Failed(String),
}

impl Pair {
    fn new(number: u64) -> Self {
        let mut random = Random::new(number);
        let before = generate::schema(&mut random);
        let mut after = before.clone();
        for _ in 0..=random.below(8) {
            mutate::mutate(&mut after, &mut random);
        }
        Self { before, after, is_online: number.is_multiple_of(2), is_dumped: number.is_multiple_of(DUMPED) }
    }

    async fn check(&self, one: &Database, other: &Database) -> Outcome {
        let (before, after) = match (one.make(&self.before.sql()).await, other.make(&self.after.sql()).await)
        {
            (Ok(before), Ok(after)) => (before, after),
            (Err(error), _) => return Outcome::Invalid(format!("{error}\n{}", self.before.sql())),
            (_, Err(error)) => return Outcome::Invalid(format!("{error}\n{}", self.after.sql())),
        };
        let wanted = self.is_dumped.then(|| (one.dump(), other.dump()));
        if let Err(error) = one.lead(&before, &after, self.is_online).await {
            return Outcome::Failed(format!("there: {error}"));
        }
        if let Err(error) = other.lead(&after, &before, !self.is_online).await {
            return Outcome::Failed(format!("back: {error}"));
        }
        let Some((before, after)) = wanted else { return Outcome::Converged };
        for (way, found, wanted) in [("there", one.dump(), after), ("back", other.dump(), before)] {
            let missing = wanted.iter().filter(|statement| !found.contains(statement));
            let further = found.iter().filter(|statement| !wanted.contains(statement));
            let lines: Vec<String> = missing
                .map(|statement| format!("missing: {statement}"))
                .chain(further.map(|statement| format!("further: {statement}")))
                .collect();
            if !lines.is_empty() {
                return Outcome::Failed(format!("{way}: pg_dump differs: {}", lines.join("\n")));
            }
        }
        Outcome::Converged
    }

    /// Takes away what a failure does not need, and returns the failure of what is left.
    async fn shrink(&mut self, failure: String, one: &Database, other: &Database) -> String {
        let mut failure = failure;
        let mut tries = 0;
        'again: while tries < TRIES {
            for (before, after) in shrink::smaller((&self.before, &self.after)) {
                tries += 1;
                let smaller = Self { before, after, ..*self };
                if let Outcome::Failed(found) = smaller.check(one, other).await
                    && kind(&found) == kind(&failure)
                {
                    (*self, failure) = (smaller, found);
                    continue 'again;
                }
                if tries >= TRIES {
                    break;
                }
            }
            break;
        }
        failure
    }
}

/// The kind of a failure, which a smaller pair must share: its first words without names.
fn kind(failure: &str) -> String {
    let line = failure.lines().next().unwrap_or_default();
    let words = line.split(' ').filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == ':'));
    words.skip(1).take(6).collect::<Vec<_>>().join(" ")
}

/// Says something at once, for those who wait an hour for the end of a run.
fn tell(text: &str) {
    // Failing to print is no failure: nobody reads.
    let _ = writeln!(io::stderr(), "{text}");
}

/// What a run has found.
#[derive(Default)]
struct Found {
    converged: usize,
    invalid: Vec<String>,
    failures: BTreeMap<String, Vec<u64>>,
    shown: Vec<String>,
}

impl Found {
    fn failed(&self) -> usize {
        self.failures.values().map(Vec::len).sum()
    }

    async fn add(&mut self, number: u64, (one, other): (&Database, &Database)) {
        let mut pair = Pair::new(number);
        let failure = match pair.check(one, other).await {
            Outcome::Converged => return self.converged += 1,
            Outcome::Invalid(error) => return self.invalid.push(error),
            Outcome::Failed(failure) => failure,
        };
        let alike = self.failures.entry(kind(&failure)).or_default();
        alike.push(number);
        if alike.len() > SHOWN {
            return;
        }
        let failure = pair.shrink(failure, one, other).await;
        let how = if pair.is_online { "online" } else { "offline" };
        let (before, after) = (pair.before.sql(), pair.after.sql());
        let text = format!("==== pair {number}, {how}\n{before}-- to\n{after}{failure}");
        tell(&text);
        self.shown.push(text);
    }
}

#[tokio::test]
async fn plans_between_random_schemas_converge() {
    let (count, most) = (support::rounds(PAIRS.0, PAIRS.1), support::rounds(FAILURES.0, FAILURES.1));
    let (one, other) = (Database::new().await, Database::new().await);
    let mut found = Found::default();
    let mut number = support::first_pair().unwrap_or(1);
    while found.converged + found.failed() < count && found.failed() < most {
        found.add(number, (&one, &other)).await;
        if number.is_multiple_of(VACUUMED) {
            one.vacuum().await;
            other.vacuum().await;
        }
        if number.is_multiple_of(TOLD) {
            let (failed, invalid) = (found.failed(), found.invalid.len());
            tell(&format!("{number}: {} converged, {failed} failed, {invalid} invalid", found.converged));
        }
        number += 1;
    }
    let kinds = &found.failures;
    assert!(kinds.is_empty(), "{} converged; {kinds:#?}\n{}", found.converged, found.shown.join("\n"));
    // What the generator makes is meant to be right; a few slips are told from a habit.
    assert!(found.invalid.len() * 4 < count, "{}", found.invalid.join("\n"));
}
