//! Proving migrations: each runs up, down and up again on tables with sample rows, and must lead where it
//! should.

mod contents;
mod copies;
mod parts;
mod proof;
mod prover;
mod samples;
mod table_state;
mod trip;
mod watch;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use files::{Migration, Migrations, proof_steps};
use tokio_postgres::Client;

use crate::report::Event;
use crate::scratch::{self, Beside, Scratch, Server};
use crate::settings::Settings;
use copies::Copies;
use parts::{InOrder, LONGEST, parts, side_by_side};
pub use proof::{Effort, Irreversible, Proof, Refusal, RowProof};
use prover::Prover;
use samples::Samples;
use watch::Watch;

/// The events of a proof, for whoever watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProofEvent {
    /// An event while a migration runs.
    Run(Event),
    /// A migration was tried.
    Judged {
        /// Its file name without the ending.
        migration: String,
        /// The verdict on it.
        verdict: Verdict,
        /// How long that took.
        duration: Duration,
    },
}

/// The verdict of a proof on a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It leads where it should.
    Passed,
    /// It does not.
    Refused,
}

/// As many parts of a proof at once as this machine has cores.
#[must_use]
pub fn default_jobs() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Proves the migrations that are wanted, in a scratch database on a server; the others run up only. On a
/// temporary server a long history is proved in parts, so many at once, each on a server of its own: they
/// make roles and the like, which databases of one server have in common.
///
/// # Errors
/// The files cannot be run as they are written, an up does not run where the ups before it have led, or the
/// server is lost. A migration that does not lead where it should is a refusal in the proof.
pub async fn prove(
    migrations: &Migrations,
    is_wanted: impl Fn(&Migration) -> bool,
    server: &Server,
    settings: Settings,
    jobs: NonZeroUsize,
    observe: &dyn Fn(ProofEvent),
) -> Result<Proof> {
    let proof_steps = proof_steps(migrations, is_wanted)?;
    let longest = if server.is_temporary() { LONGEST } else { usize::MAX };
    let (in_order, steps) = (InOrder::new(observe), &proof_steps);
    let work = parts(&proof_steps, longest).into_iter().enumerate().map(|(number, part)| {
        let (settings, in_order) = (settings.clone(), &in_order);
        async move {
            let observe = |event| in_order.tell(number, event);
            scratch::within(server, async |scratch| {
                let until = steps.get(..part.end).context("no such part")?;
                let copies = Copies::open(server, scratch, settings, until, &observe).await?;
                let mut prover = Prover::new(migrations, (until, part.start), steps.len(), &observe, copies);
                prover.run().await.map(|()| prover.proof)
            })
            .await
        }
    });
    let proofs = side_by_side(jobs, work, |part| in_order.pass(part)).await?;
    let mut proof = Proof::joined(proofs);
    proof.scratch_server = Some(server.kind);
    Ok(proof)
}

/// The same on a server on which a database beside the scratch database has what the migrations before the
/// wanted ones make: these do not run again. The wanted ones are the last, and few.
///
/// # Errors
/// As for [`prove`].
pub async fn prove_from(
    migrations: &Migrations,
    is_wanted: impl Fn(&Migration) -> bool,
    server: &Server,
    settings: Settings,
    (scratch, made): (&Scratch, Beside),
) -> Result<Proof> {
    let proof_steps = proof_steps(migrations, is_wanted)?;
    let observe = |_| {};
    let copies = Copies::of_made(server, scratch, settings, &proof_steps, &observe, made).await?;
    let steps = proof_steps.as_slice();
    let mut prover = Prover::new(migrations, (steps, 0), steps.len(), &observe, copies);
    prover.run().await?;
    let mut proof = Proof::joined([prover.proof]);
    proof.scratch_server = Some(server.kind);
    Ok(proof)
}

/// Writes the sample rows of a proof into the tables of a database. Returns the tables that take none, with
/// the server's reason.
///
/// # Errors
/// The server refuses something other than a row.
pub async fn write_samples(session: &Client) -> Result<BTreeMap<String, String>> {
    let mut samples = Samples::default();
    Ok(samples.fill(session, &mut Watch::default(), None).await?.refused)
}
