//! The parts of a history that are proved side by side, each on a server of its own, and what they came to.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::Range;

use anyhow::Result;
use files::{Extent, ProofStep};
use futures_util::stream::{self, StreamExt};

use super::ProofEvent;
use crate::report::Event;

/// Migrations in one part at most. A part begins with the ups before it and with rows in all tables, which
/// takes as long as the proof of some twenty migrations. It does not depend on the machine, so that a proof
/// says the same everywhere.
pub(super) const LONGEST: usize = 100;

/// The parts, by the places of their migrations. The first has the migrations that run up only. `longest` is
/// how many are to be proved in one.
pub(super) fn parts(proof_steps: &[ProofStep<'_>], longest: usize) -> Vec<Range<usize>> {
    let up_only = proof_steps.iter().take_while(|step| step.extent == Extent::UpOnly).count();
    let wanted = proof_steps.len() - up_only;
    let count = wanted.div_ceil(longest).max(1);
    let border = |part: usize| if part == 0 { 0 } else { up_only + wanted * part / count };
    (0..count).map(|part| border(part)..border(part + 1)).collect()
}

/// Does some work, so much of it at once; returns its results in order. `passed` is called for each when it
/// and all before it are done.
///
/// # Errors
/// The first in the order of the work. What is under way then is dropped.
pub(super) async fn side_by_side<T>(
    jobs: NonZeroUsize,
    work: impl IntoIterator<Item = impl Future<Output = Result<T>>>,
    passed: impl Fn(usize),
) -> Result<Vec<T>> {
    let numbered = work.into_iter().enumerate().map(|(number, work)| async move { (number, work.await) });
    let mut running = std::pin::pin!(stream::iter(numbered).buffer_unordered(jobs.get()));
    let (mut waiting, mut done) = (BTreeMap::new(), Vec::new());
    while let Some((number, outcome)) = running.next().await {
        waiting.insert(number, outcome);
        while let Some(outcome) = waiting.remove(&done.len()) {
            done.push(outcome?);
            passed(done.len() - 1);
        }
    }
    Ok(done)
}

/// Tells what happens in the order of the parts.
pub(super) struct InOrder<'a> {
    observe: &'a dyn Fn(ProofEvent),
    /// The part whose events are reported as they come.
    current: Cell<usize>,
    /// The events of later parts.
    kept: RefCell<BTreeMap<usize, Vec<ProofEvent>>>,
}

impl<'a> InOrder<'a> {
    pub(super) fn new(observe: &'a dyn Fn(ProofEvent)) -> Self {
        Self { observe, current: Cell::new(0), kept: RefCell::default() }
    }

    /// Tells an event, or keeps it until the parts before have passed. That a migration has begun is nothing
    /// to tell afterwards.
    pub(super) fn tell(&self, part: usize, event: ProofEvent) {
        if part == self.current.get() {
            (self.observe)(event);
        } else if !matches!(event, ProofEvent::Run(Event::Started { .. })) {
            self.kept.borrow_mut().entry(part).or_default().push(event);
        }
    }

    /// A part, and all before it, are through.
    pub(super) fn pass(&self, part: usize) {
        self.current.set(part + 1);
        let kept = self.kept.borrow_mut().remove(&(part + 1));
        kept.into_iter().flatten().for_each(self.observe);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use anyhow::bail;
    use files::{Migrations, proof_steps};

    use super::super::Verdict;
    use super::*;

    /// The first step of each part, and the one after its last.
    fn parts_of(count: usize, from: i64) -> Vec<(usize, usize)> {
        let files = (1..=count).map(|number| (format!("V{number}__a.sql"), Vec::new()));
        let migrations = Migrations::from_files(files).unwrap();
        let parts = parts(&proof_steps(&migrations, |migration| migration.version >= from).unwrap(), LONGEST);
        parts.into_iter().map(|part| (part.start, part.end)).collect()
    }

    #[test]
    fn parts_are_of_one_length_and_cover_all() {
        assert_eq!(parts_of(0, 1), [(0, 0)]);
        assert_eq!(parts_of(100, 1), [(0, 100)]);
        assert_eq!(parts_of(101, 1), [(0, 50), (50, 101)]);
        assert_eq!(parts_of(342, 1), [(0, 85), (85, 171), (171, 256), (256, 342)]);
        assert_eq!(parts_of(342, 343), [(0, 342)]);
        assert_eq!(parts_of(342, 242), [(0, 291), (291, 342)]);
    }

    fn judged(migration: &str) -> ProofEvent {
        ProofEvent::Judged {
            migration: migration.to_owned(),
            verdict: Verdict::Passed,
            duration: Duration::ZERO,
        }
    }

    #[tokio::test]
    async fn events_are_reported_in_the_order_of_the_parts() {
        let events = RefCell::new(Vec::new());
        let observe = |event| events.borrow_mut().push(event);
        let in_order = InOrder::new(&observe);
        in_order.tell(1, judged("c"));
        in_order.tell(0, judged("a"));
        in_order.tell(1, judged("d"));
        in_order.tell(0, judged("b"));
        in_order.pass(0);
        in_order.tell(2, judged("f"));
        in_order.tell(1, judged("e"));
        in_order.pass(1);
        assert_eq!(*events.borrow(), ["a", "b", "c", "d", "e", "f"].map(judged));
    }

    #[tokio::test]
    async fn the_first_error_in_the_order_of_the_work_is_reported() {
        let (second, first) = (tokio::sync::Notify::new(), tokio::sync::Notify::new());
        let (second, first) = (&second, &first);
        let work = async |number: usize| {
            match number {
                0 => first.notified().await,
                1 => second.notify_one(),
                _ => {
                    second.notified().await;
                    first.notify_one();
                }
            }
            if number > 0 { bail!("{number}") } else { Ok(number) }
        };
        let passed = RefCell::new(Vec::new());
        let jobs = NonZeroUsize::new(3).unwrap();
        let done = side_by_side(jobs, (0..3).map(work), |number| passed.borrow_mut().push(number)).await;
        assert_eq!(done.unwrap_err().to_string(), "1");
        assert_eq!(*passed.borrow(), [0]);
    }
}
