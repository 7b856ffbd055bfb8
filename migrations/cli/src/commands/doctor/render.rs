//! The steps for people, on 80 columns.

use std::fmt;

use super::step::{Diagnosis, Verdict};
use crate::output::{ERROR, SUCCESS, WARNING};
use text::wrap_to;

/// Column in which findings begin.
const INDENT: usize = 24;
const MARK: usize = 7;
const WIDTH: usize = 80 - INDENT;

pub(super) struct Text<'a>(pub(super) &'a Diagnosis);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.0.steps {
            let (style, mark) = match step.verdict {
                Verdict::Ok => (SUCCESS, "ok"),
                Verdict::Look => (WARNING, "look"),
                Verdict::Failed => (ERROR, "failed"),
            };
            let name = step.step;
            write!(f, "{style}{mark:MARK$}{style:#}{name:rest$}", rest = INDENT - MARK)?;
            let finding = wrap_to(&step.finding, WIDTH);
            let advice = step.advice.as_deref().map(|advice| wrap_to(advice, WIDTH));
            let mut lines = finding.lines().chain(advice.iter().flat_map(|advice| advice.lines()));
            writeln!(f, "{}", lines.next().unwrap_or_default())?;
            lines.try_for_each(|line| writeln!(f, "{:INDENT$}{line}", ""))?;
        }
        match (self.0.verdict(), self.0.steps.last()) {
            (Verdict::Failed, Some(step)) => write!(f, "The connection fails at this step: {}.", step.step),
            (Verdict::Look, _) => f.write_str("The connection works; look at what is marked."),
            _ => f.write_str("The connection works."),
        }
    }
}
