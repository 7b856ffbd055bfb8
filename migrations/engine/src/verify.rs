//! Proving migrations: each runs up, down and up again on tables with sample rows, and must lead where it
//! should.

mod contents;
mod copies;
mod proof;
mod prover;
mod samples;
mod table_state;
mod watch;

use std::time::Duration;

use anyhow::Result;
use files::{Migration, Migrations, proof_steps};

use crate::report::Event;
use crate::scratch::{self, Server};
use crate::settings::Settings;
use copies::Copies;
pub use proof::{Irreversible, Proof, Refusal, RowProof};
use prover::Prover;

/// What happens during a proof, for whoever watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProofEvent {
    /// What happens while a migration runs.
    Run(Event),
    /// A migration was tried.
    Judged {
        /// Its file name without the ending.
        migration: String,
        /// What the proof says of it.
        verdict: Verdict,
        /// How long that took.
        duration: Duration,
    },
}

/// What a proof says of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It leads where it should.
    Passed,
    /// It does not.
    Refused,
}

/// Proves the migrations that are wanted, in a scratch database on a server; the others run up only.
///
/// # Errors
/// The files cannot be run as they are written, an up does not run where the ups before it have led, or the
/// server is lost. A migration that does not lead where it should is a refusal in the proof.
pub async fn prove(
    migrations: &Migrations,
    is_wanted: impl Fn(&Migration) -> bool,
    server: &Server,
    settings: Settings,
    observe: &dyn Fn(ProofEvent),
) -> Result<Proof> {
    let proof_steps = proof_steps(migrations, is_wanted)?;
    let proof = scratch::within(server, async |scratch| {
        let copies = Copies::open(server, scratch, settings, &proof_steps, observe).await?;
        let mut prover = Prover::new(migrations, &proof_steps, observe, copies);
        prover.run().await.map(|()| prover.proof)
    });
    let mut proof = proof.await?;
    proof.scratch_server = Some(server.kind);
    Ok(proof)
}
