//! Data that a plan loses, and who has given it up.

use std::fmt;

use anyhow::Result;
use files::name_pieces;

use super::PlannedFile;

/// Data would be lost that nobody has given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAllowed {
    /// `table` or `table.column`, as `--allow-loss` takes it.
    pub losses: Vec<String>,
}

impl std::error::Error for NotAllowed {}

impl fmt::Display for NotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("data would be lost, and nothing is written before that is allowed:")?;
        self.losses.iter().try_for_each(|loss| write!(f, "\n    --allow-loss {loss}"))?;
        f.write_str(
            "\n--allow-loss all allows every one. A renamed object is told in the wanted file, on the line \
             before it: -- branchline: renamed_from <old name>",
        )
    }
}

/// Refuses what loses data that nobody has given up.
pub(super) fn check(planned: &[PlannedFile], allowed: &[String]) -> Result<()> {
    let all = planned.iter().flat_map(|file| &file.changes).flat_map(|change| &change.loses);
    let mut losses: Vec<String> =
        all.filter(|loss| !is_allowed(loss, allowed)).map(|loss| as_option(loss)).collect();
    losses.sort();
    losses.dedup();
    if losses.is_empty() { Ok(()) } else { Err(NotAllowed { losses }.into()) }
}

/// A loss as `--allow-loss` takes it.
fn as_option(loss: &str) -> String {
    loss.strip_suffix(".*").unwrap_or(loss).to_owned()
}

pub(super) fn is_allowed(loss: &str, allowed: &[String]) -> bool {
    // Its pieces without public, and whether it is a whole table.
    let read = |name: &str| -> (Vec<String>, bool) {
        // What is no name of a table or column is said whole: role app.
        let Some((mut pieces, "")) = name_pieces(name) else { return (vec![name.to_owned()], true) };
        let is_whole = pieces.pop_if(|last| last == "*").is_some();
        if pieces.len() > 1 && pieces.first().is_some_and(|first| first == "public") {
            pieces.remove(0);
        }
        (pieces, is_whole)
    };
    let (loss, is_whole) = read(loss);
    // A table that is given up takes its columns with it.
    let table = loss.split_last().filter(|_| !is_whole).map(|(_, table)| table);
    let names = |allowed: &[String]| allowed == loss || Some(allowed) == table;
    allowed.iter().any(|allowed| allowed == "all" || names(&read(allowed).0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_is_allowed_by_its_column_its_table_or_as_all() {
        let allowed = |loss: &str, allowed: &str| is_allowed(loss, &[allowed.to_owned()]);
        assert!(allowed("public.t.a", "t.a") && allowed("t.a", "public.t.a") && allowed("app.t.a", "app.t"));
        assert!(allowed("public.t.*", "t") && allowed("app.t.*", "all") && allowed("t.a", "t"));
        assert!(allowed("public.t.\"userId\"", "t.userId") && allowed("public.\"T\".*", "\"T\""));
        assert!(allowed("public.t.\"a.b\"", "t.\"a.b\"") && !allowed("public.t.\"a.b\"", "t.a"));
        assert!(allowed("role app", "role app") && !allowed("role app", "role other"));
        // A schema is none of these, and a table of the name of one is another.
        assert!(!allowed("users.x.*", "users") && !allowed("public.t.*", "public"));
        assert!(!allowed("public.t.*", "t.a") && !allowed("app.t.a", "t.a") && !allowed("t.a", "t.b"));
    }
}
