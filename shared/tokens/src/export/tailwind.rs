//! A theme of Tailwind CSS 4: custom properties in `@theme`, named so that its utilities find them.

use std::collections::HashSet;

use super::css::{Declaration, declarations, style_sheet};
use crate::names::css_name;
use crate::value::Value;
use crate::{ResolvedToken, TokenType, Tokens};

/// Words that a dimension's path begins with, and the namespace of Tailwind that they mean.
const DIMENSIONS: [(&str, &str); 16] = [
    ("spacing", "spacing"),
    ("space", "spacing"),
    ("text", "text"),
    ("font-size", "text"),
    ("fontSize", "text"),
    ("tracking", "tracking"),
    ("letter-spacing", "tracking"),
    ("letterSpacing", "tracking"),
    ("radius", "radius"),
    ("border-radius", "radius"),
    ("borderRadius", "radius"),
    ("breakpoint", "breakpoint"),
    ("container", "container"),
    ("border-width", "border-width"),
    ("borderWidth", "border-width"),
    ("blur", "blur"),
];

/// Words that a number's path begins with where it is a line height.
const LINE_HEIGHTS: [&str; 3] = ["leading", "line-height", "lineHeight"];

impl Tokens {
    /// The tokens as a theme of Tailwind CSS 4: media type `text/css`. A typography `h.1` becomes
    /// `--font-h-1` and `--text-h-1` with its modifiers, so that the class `text-h-1` sets all but the
    /// family.
    pub fn to_tailwind(&self) -> String {
        let mut taken = HashSet::new();
        let names: Vec<_> = self.tokens().iter().map(|token| properties(token, &mut taken)).collect();
        let first: Vec<_> = names.iter().map(|names| names[0].clone()).collect();
        let five = |place: usize| -> [String; 5] {
            let names: &Vec<String> = &names[place];
            std::array::from_fn(|part| names.get(part).cloned().unwrap_or_default())
        };
        let declarations = self.tokens().iter().enumerate().map(|(place, token)| {
            let declarations: Vec<Declaration> = declarations(self, place, &first, five);
            (token, declarations)
        });
        style_sheet("@theme", declarations)
    }
}

/// The names of a token's properties, five of a typography. A name that is taken is made longer.
fn properties(token: &ResolvedToken, taken: &mut HashSet<String>) -> Vec<String> {
    let path: Vec<&str> = token.path.split('.').collect();
    let token_type = token.token_type();
    let (namespace, words) = namespace(token_type, &path);
    let first = path.first().copied().unwrap_or_default();
    let rest = css_name(path.get(1..).unwrap_or_default());
    let short = if words.contains(&first) && !rest.is_empty() { rest } else { token.css_name.clone() };
    let longer = (2..).map(|number| format!("{}-{number}", token.css_name));
    let candidates = [short, token.css_name.clone()].into_iter().chain(longer);
    let mut found = candidates.map(|name| names_of(token, namespace, &name));
    let free = found.find(|names| names.iter().all(|name| !taken.contains(name)));
    let names = free.unwrap_or_default();
    taken.extend(names.iter().cloned());
    names
}

fn names_of(token: &ResolvedToken, namespace: &str, name: &str) -> Vec<String> {
    if let Value::Typography(_) = token.value() {
        return vec![
            format!("--font-{name}"),
            format!("--text-{name}"),
            format!("--text-{name}--font-weight"),
            format!("--text-{name}--letter-spacing"),
            format!("--text-{name}--line-height"),
        ];
    }
    let hyphen = if namespace.is_empty() { "" } else { "-" };
    vec![format!("--{namespace}{hyphen}{name}")]
}

/// The namespace of Tailwind, empty where it has none, and the words for it that a path may begin with.
fn namespace(token_type: TokenType, path: &[&str]) -> (&'static str, Vec<&'static str>) {
    let first = path.first().copied().unwrap_or_default();
    match token_type {
        TokenType::Color => ("color", vec!["color", "colors"]),
        TokenType::Dimension => {
            let found = DIMENSIONS.into_iter().find(|(word, _)| *word == first);
            found.map_or(("spacing", Vec::new()), |(word, namespace)| (namespace, vec![word]))
        }
        TokenType::FontFamily => ("font", vec!["font", "font-family", "fontFamily"]),
        TokenType::FontWeight => ("font-weight", vec!["font-weight", "fontWeight", "weight"]),
        TokenType::Number if LINE_HEIGHTS.contains(&first) => ("leading", LINE_HEIGHTS.to_vec()),
        TokenType::Duration => ("transition-duration", vec!["transition-duration", "duration"]),
        TokenType::CubicBezier => ("ease", vec!["ease", "easing"]),
        TokenType::Shadow => ("shadow", vec!["shadow"]),
        TokenType::Typography => ("text", vec!["text", "font", "typography"]),
        _ => ("", Vec::new()),
    }
}
