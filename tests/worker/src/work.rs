//! From a claim to its report.

use std::time::Duration;

use anyhow::{Result, bail};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::api::{Api, Leased, Outcome};
use crate::document::document;
use crate::extract::Extractor;

/// Renewals of a lease while it lasts: two may be lost.
const RENEWALS: u32 = 3;

pub(crate) struct Worker {
    pub(crate) api: Api,
    pub(crate) extractor: Extractor,
    pub(crate) lease: Duration,
}

impl Worker {
    /// Works off jobs until none is due, and returns when one that failed will be due again, if one will.
    pub(crate) async fn work_off(&self) -> Result<Option<Duration>> {
        let mut due = None;
        while let Some(job) = self.api.claim().await? {
            println!("job {}: claimed, attempt {} of {}", job.id, job.attempt, job.max_attempts);
            if let Some(pause) = self.work_on(&job).await? {
                let again = Instant::now() + pause;
                due = Some(due.map_or(again, |due: Instant| due.min(again)));
            }
        }
        Ok(due.map(|due| due.saturating_duration_since(Instant::now())))
    }

    /// Works on one job while its lease lasts. Returns the pause until it may be tried again.
    async fn work_on(&self, job: &Leased) -> Result<Option<Duration>> {
        let extracted = tokio::select! {
            biased;
            lost = self.keep_lease(job) => return lost.map(|()| given_up(job)),
            extracted = self.extractor.palette(&job.source_url) => extracted,
        };
        let (error, retryable) = match extracted {
            Err(error) => (error.to_string(), error.is_retryable()),
            Ok(swatches) => match self.api.complete(job, &document(&swatches)).await? {
                Outcome::Accepted(_) => {
                    println!("job {}: completed, {} colors", job.id, swatches.len());
                    return Ok(None);
                }
                Outcome::Lost => return Ok(given_up(job)),
                Outcome::Refused(problem) => (problem, false),
            },
        };
        println!("job {}: failed, {error}", job.id);
        match self.api.fail(job, &error, retryable).await? {
            Outcome::Accepted(reported) => Ok(reported.pause()),
            Outcome::Lost => Ok(given_up(job)),
            Outcome::Refused(problem) => bail!("jobs does not take a failure: {problem}"),
        }
    }

    /// Renews the lease again and again, and returns once it is lost.
    async fn keep_lease(&self, job: &Leased) -> Result<()> {
        let period = self.lease / RENEWALS;
        let mut renewals = interval_at(Instant::now() + period, period);
        renewals.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            renewals.tick().await;
            match self.api.heartbeat(job).await {
                Ok(Outcome::Lost) => return Ok(()),
                Ok(Outcome::Refused(problem)) => bail!("jobs does not take a heartbeat: {problem}"),
                // Without an answer, the next one may have one; the server knows when the lease is over.
                Ok(Outcome::Accepted(_)) | Err(_) => {}
            }
        }
    }
}

fn given_up(job: &Leased) -> Option<Duration> {
    println!("job {}: given up, the lease is over", job.id);
    None
}
