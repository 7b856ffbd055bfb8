//! Statements that have failed for what was not there yet, tried again.

use std::collections::HashMap;

use anyhow::Result;
use files::Statement;

use super::{Loader, Waiting};

/// Tokens of a statement among which the name stands of what it makes.
const HEAD: usize = 12;

impl<'a> Loader<'a> {
    /// Runs the statements that have failed, again and again while that helps. One that makes what others
    /// have missed is followed by these, so that a long chain is loaded at once whatever its order is.
    pub(super) async fn retry(&mut self, setting: &str) -> Result<()> {
        loop {
            let before = self.waiting.len();
            if before == 0 {
                return Ok(());
            }
            self.retry_each(setting).await?;
            if self.waiting.len() == before {
                return Ok(());
            }
        }
    }

    /// Runs each of them once, and again where the name was made that it has missed.
    async fn retry_each(&mut self, setting: &str) -> Result<()> {
        let mut waiting: Vec<Option<Waiting<'a>>> =
            std::mem::take(&mut self.waiting).into_iter().map(Some).collect();
        let mut missing = Missing::default();
        waiting.iter().flatten().enumerate().for_each(|(at, one)| missing.note(at, one));
        let mut is_tried = vec![false; waiting.len()];
        for first in 0..waiting.len() {
            let mut next = if is_tried[first] { Vec::new() } else { vec![first] };
            while let Some(at) = next.pop() {
                let Some(Waiting { file, statement, context, .. }) = waiting[at].take() else { continue };
                is_tried[at] = true;
                self.return_to(context, setting).await?;
                match self.run(file, statement).await? {
                    None => next.extend(missing.made(statement)),
                    Some(error) => {
                        missing.note(at, waiting[at].insert(Waiting { file, statement, context, error }));
                    }
                }
            }
        }
        self.waiting.extend(waiting.into_iter().flatten());
        Ok(())
    }
}

/// The names that statements have missed, in small letters and without their schemas.
#[derive(Default)]
struct Missing(HashMap<String, Vec<usize>>);

impl Missing {
    fn note(&mut self, at: usize, waiting: &Waiting<'_>) {
        let message = waiting.error.as_db_error().map(|error| error.message());
        if let Some(name) = message.and_then(missing_name) {
            self.0.entry(name).or_default().push(at);
        }
    }

    /// Those that have missed what a statement has made.
    fn made(&mut self, statement: Statement<'_>) -> Vec<usize> {
        let head = statement.tokens().into_iter().take(HEAD);
        let names = head.map(|(_, range)| bare(&statement.text[range]));
        names.filter_map(|name| self.0.remove(&name)).flatten().collect()
    }
}

/// The name in a message: `relation "public.a" does not exist`, `function f(integer) does not exist`.
fn missing_name(message: &str) -> Option<String> {
    let quoted = message.split_once('"').and_then(|(_, rest)| rest.rsplit_once('"')).map(|(name, _)| name);
    let called = || message.split_once('(').and_then(|(before, _)| before.rsplit(' ').next());
    let name = quoted.or_else(called)?;
    Some(bare(name.rsplit('.').next().unwrap_or(name)))
}

fn bare(name: &str) -> String {
    name.trim_matches('"').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_missing_name_is_read_from_the_message() {
        for (message, name) in [
            (r#"relation "a" does not exist"#, Some("a")),
            (r#"relation "public.A b" does not exist"#, Some("a b")),
            (r#"type "app.kind" does not exist"#, Some("kind")),
            ("function public.f(integer, text) does not exist", Some("f")),
            ("syntax error", None),
        ] {
            assert_eq!(missing_name(message).as_deref(), name, "{message}");
        }
    }
}
