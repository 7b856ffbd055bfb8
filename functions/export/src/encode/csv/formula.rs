//! Cells that a spreadsheet would run. Excel, LibreOffice and Google Sheets take a cell that begins with one
//! of a few signs for a formula, quoted or not, and a formula can read files and send what it reads (OWASP,
//! "CSV Injection"). An apostrophe before it makes it text.
//!
//! A reader gets the stored value back by taking the first apostrophe away where what follows it would be
//! defused. That is exact, since an apostrophe before such a cell is itself a reason to defuse.

/// Characters that begin a formula, and the wide forms that Excel takes for the same where it is set to
/// Japanese or Chinese.
const SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Characters that some program skips on its way into a cell by itself.
const BREAKS: [char; 3] = ['\t', '\r', '\n'];

/// The cell, with an apostrophe before it where a spreadsheet could run it.
pub(super) fn defused(cell: String) -> String {
    if is_formula(&cell) { format!("'{cell}") } else { cell }
}

/// Returns whether a cell begins with a sign, with only blanks, invisible characters or a quotation mark
/// before it; or, after apostrophes at most, with a tab or line break.
fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(BREAKS)
        || cell.trim_start_matches(is_skipped).starts_with(SIGNS)
}

fn is_skipped(c: char) -> bool {
    let is_invisible = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}');
    matches!(c, '\'' | '"') || c.is_whitespace() || c.is_control() || is_invisible
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns the cell as a reader of our files restores it.
    fn restored(cell: &str) -> &str {
        cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell)
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_text() {
        for cell in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "\nx",
            "  =1",
            "\u{a0}=1",
            "\u{feff}=1",
            "\u{200b}\u{202e}=1",
            "\"=1",
            "\0=1",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "'=1",
            "''\tx",
        ] {
            assert_eq!(defused(cell.to_owned()), format!("'{cell}"), "{cell:?}");
        }
    }

    #[test]
    fn other_cells_stay_as_they_are() {
        for cell in [
            "",
            "'",
            "'tis",
            "a=b",
            "https://example.com/?a=-1",
            "[\"=1\"]",
            " a",
            "2020-01-01T00:00:00Z",
            "\"x\"",
        ] {
            assert_eq!(defused(cell.to_owned()), cell);
        }
    }

    proptest! {
        #[test]
        fn a_reader_gets_back_what_was_stored(cell in "['\" \t\n\r=+@＝a\u{200b}-]{0,8}") {
            let written = defused(cell.clone());
            prop_assert_eq!(restored(&written), cell);
        }

        #[test]
        fn so_it_does_for_any_text(cell in any::<String>()) {
            let written = defused(cell.clone());
            prop_assert_eq!(restored(&written), cell);
        }
    }
}
