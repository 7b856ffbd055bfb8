//! Names of tokens in CSS, which must differ.

use std::collections::HashMap;

use crate::diagnostic::Diagnostics;
use crate::pointer::Pointer;
use crate::tree::{NodeId, Tree};
use crate::value::{Resolved, Value};

/// The parts of a typography, as the ends of its properties' names.
pub(crate) const TYPOGRAPHY: [&str; 5] =
    ["font-family", "font-size", "font-weight", "letter-spacing", "line-height"];

/// Makes the names of all tokens, and reports those that are empty or equal, generated ones included.
pub(crate) fn check(
    tree: &Tree<'_>,
    nodes: &[NodeId],
    values: &[Option<Resolved>],
    errors: &mut Diagnostics,
    warnings: &mut Diagnostics,
) -> Vec<String> {
    let names: Vec<String> = nodes.iter().map(|node| css_name(&tree.path(*node))).collect();
    let mut users: HashMap<String, Vec<usize>> = HashMap::new();
    let mut folded: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, name) in names.iter().enumerate() {
        if name.is_empty() {
            // A blank name has been reported as one.
            if tree.path(nodes[place]).iter().all(|part| part.trim().is_empty()) {
                continue;
            }
            let detail = "No name in CSS can be made of this path; it needs a letter or a digit.";
            errors.add(&Pointer::from_text(&tree.pointer(nodes[place])), detail);
            continue;
        }
        let is_typography =
            values[place].as_ref().is_some_and(|resolved| matches!(*resolved.value, Value::Typography(_)));
        let properties = match is_typography {
            true => TYPOGRAPHY.map(|part| format!("{name}-{part}")).to_vec(),
            false => vec![name.clone()],
        };
        for property in properties {
            folded.entry(fold(&property)).or_default().push(place);
            users.entry(property).or_default().push(place);
        }
    }
    let mut faults: Vec<(usize, String)> = Vec::new();
    for (property, places) in users.iter().filter(|(_, places)| places.len() > 1) {
        faults.extend(places.iter().map(|place| (*place, property.clone())));
    }
    faults.sort_unstable();
    faults.dedup_by_key(|(place, _)| *place);
    for (place, property) in faults {
        let other =
            users[&property].iter().find(|other| **other != place).map(|other| tree.pointer(nodes[*other]));
        let detail = format!("Its name in CSS, --{property}, is also that of {}.", other.unwrap_or_default());
        errors.add(&Pointer::from_text(&tree.pointer(nodes[place])), detail);
    }
    let mut alike: Vec<_> = folded.into_values().filter(|places| places.len() > 1).collect();
    alike.sort_unstable();
    for places in alike {
        let distinct = places.windows(2).any(|pair| names[pair[0]] != names[pair[1]]);
        if let (true, [first, second, ..]) = (distinct, places.as_slice()) {
            let other = tree.pointer(nodes[*first]);
            let detail = format!("Some tools make one name of this and {other}: they fold cases.");
            warnings.add(&Pointer::from_text(&tree.pointer(nodes[*second])), detail);
        }
    }
    names
}

/// The names of a path joined by hyphens, without `$root`. Characters that CSS takes only with an escape
/// become hyphens, of which there is never more than one in a row.
pub(crate) fn css_name(path: &[&str]) -> String {
    let mut name = String::new();
    for part in path.iter().filter(|part| **part != "$root") {
        name.push('-');
        name.extend(part.chars().map(|character| if is_name(character) { character } else { '-' }));
    }
    name.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// Returns true if a character stands in an identifier as it is: CSS Syntax 3, "identifier code point".
/// Earlier editions take more of the characters that are not ASCII.
fn is_name(character: char) -> bool {
    match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '\u{b7}' => true,
        '\u{c0}'..='\u{37d}' => !matches!(character, '\u{d7}' | '\u{f7}'),
        '\u{37f}'..='\u{1fff}' | '\u{203f}' | '\u{2040}' | '\u{2070}'..='\u{218f}' => true,
        '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' => true,
        '\u{fdf0}'..='\u{fffd}' => true,
        other => other >= '\u{10000}',
    }
}

/// A name as tools write it that split `camelCase` and fold cases.
fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    let mut after_lower = false;
    for character in name.chars() {
        if character.is_uppercase() && after_lower {
            folded.push('-');
        }
        after_lower = character.is_lowercase();
        folded.extend(character.to_lowercase());
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::{css_name, fold};

    #[test]
    fn a_path_becomes_a_name_that_needs_no_escape() {
        for (path, name) in [
            (&["color", "blue"][..], "color-blue"),
            (&["color", "accent", "$root"], "color-accent"),
            (&["Größe", "1/2 "], "Größe-1-2"),
            (&["a;}b{", "--"], "a-b"),
            (&["$root"], ""),
            (&["☀"], ""),
            (&["🙂", "été"], "🙂-été"),
        ] {
            assert_eq!(css_name(path), name, "{path:?}");
        }
    }

    #[test]
    fn folding_joins_cases_and_splits_words() {
        assert_eq!(fold("color-brandBlue"), "color-brand-blue");
        assert_eq!(fold("Blue"), "blue");
    }
}
