//! The result of a step.

use serde::Serialize;
use serde_json::Value;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    #[default]
    Ok,
    /// The connection works, and a person should look at this.
    Look,
    Failed,
}

/// One step of the way to the schema.
#[derive(Debug, Serialize)]
pub(super) struct Step {
    pub(super) step: &'static str,
    pub(super) verdict: Verdict,
    pub(super) finding: String,
    /// The advice.
    pub(super) advice: Option<String>,
    /// The finding for machines.
    #[serde(skip_serializing_if = "Value::is_null")]
    details: Value,
}

impl Step {
    fn new(verdict: Verdict, step: &'static str, finding: impl Into<String>) -> Self {
        Self { step, verdict, finding: finding.into(), advice: None, details: Value::Null }
    }

    pub(super) fn ok(step: &'static str, finding: impl Into<String>) -> Self {
        Self::new(Verdict::Ok, step, finding)
    }

    pub(super) fn look(step: &'static str, finding: impl Into<String>) -> Self {
        Self::new(Verdict::Look, step, finding)
    }

    pub(super) fn failed(step: &'static str, finding: impl Into<String>) -> Self {
        Self::new(Verdict::Failed, step, finding)
    }

    pub(super) fn advise(self, advice: impl Into<String>) -> Self {
        Self { advice: Some(advice.into()), ..self }
    }

    pub(super) fn with(self, details: Value) -> Self {
        Self { details, ..self }
    }
}

/// The steps that were taken; the last one failed or is the last there is.
#[derive(Debug, Default, Serialize)]
pub(super) struct Diagnosis {
    /// The worst of them.
    verdict: Verdict,
    pub(super) steps: Vec<Step>,
}

impl Diagnosis {
    pub(super) fn verdict(&self) -> Verdict {
        self.verdict
    }

    pub(super) fn add(&mut self, step: Step) {
        self.verdict = self.verdict.max(step.verdict);
        self.steps.push(step);
    }

    /// Adds a step and gives what the next ones need of it; none where it failed.
    pub(super) fn take<T>(&mut self, outcome: Result<(Step, T), Step>) -> Option<T> {
        match outcome {
            Ok((step, found)) => {
                self.add(step);
                Some(found)
            }
            Err(step) => {
                self.add(step);
                None
            }
        }
    }
}
