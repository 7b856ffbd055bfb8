//! Custom properties in `:root`.
//!
//! Two lines of one custom property are no fallback: a browser takes any text for the second one's value. So
//! a color that not every browser knows stands in `@supports`, and its hex form in `:root`.

use super::css_value::{Colors, ValueWriter};
use super::text::comment;
use crate::names::TYPOGRAPHY;
use crate::value::Value;
use crate::{ResolvedToken, Tokens};

/// A custom property with its value, and the value where `@supports` has another.
pub(super) struct Declaration {
    pub(super) property: String,
    pub(super) value: String,
    pub(super) exact: Option<String>,
}

impl Tokens {
    /// The tokens as a style sheet: media type `text/css`. A typography becomes five properties.
    pub fn to_css(&self) -> String {
        let properties: Vec<_> = self.tokens().iter().map(|token| format!("--{}", token.css_name)).collect();
        let five = |place: usize| TYPOGRAPHY.map(|part| format!("{}-{part}", properties[place]));
        let tokens = self.tokens().iter().enumerate();
        let declarations = tokens.map(|(place, token)| (token, declarations(self, place, &properties, five)));
        style_sheet(":root", declarations)
    }
}

/// The declarations of a token. `names` are the five properties of a typography.
pub(super) fn declarations(
    tokens: &Tokens,
    place: usize,
    properties: &[String],
    names: impl Fn(usize) -> [String; 5],
) -> Vec<Declaration> {
    let token = &tokens.tokens()[place];
    let property = properties[place].clone();
    let writer = |colors| ValueWriter { properties: Some(properties), colors };
    match (token.value(), token.alias()) {
        (Value::Typography(_), Some(target)) => {
            let targets = names(target).map(|name| format!("var({name})"));
            pairs(names(place), targets)
        }
        (Value::Typography(style), None) => pairs(names(place), writer(Colors::Exact).typography(style)),
        (_, Some(target)) => {
            let value = format!("var({})", properties[target]);
            vec![Declaration { property, value, exact: None }]
        }
        (value, None) => {
            let exact = writer(Colors::Exact).value(value);
            let value = writer(Colors::Everywhere).value(value);
            let exact = Some(exact).filter(|exact| *exact != value);
            vec![Declaration { property, value, exact }]
        }
    }
}

fn pairs(names: [String; 5], values: [String; 5]) -> Vec<Declaration> {
    let pairs = names.into_iter().zip(values);
    pairs.map(|(property, value)| Declaration { property, value, exact: None }).collect()
}

/// A block of declarations after its opening, and one for browsers that know more colors.
pub(super) fn style_sheet<'t>(
    block: &str,
    declarations: impl Iterator<Item = (&'t ResolvedToken, Vec<Declaration>)>,
) -> String {
    let (mut sheet, mut exact) = (format!("{block} {{\n"), String::new());
    for (token, declarations) in declarations {
        if let Some(description) = &token.description {
            sheet.push_str(&format!("  {}\n", comment(description)));
        }
        for Declaration { property, value, exact: better } in declarations {
            sheet.push_str(&format!("  {property}: {value};\n"));
            if let Some(better) = better {
                exact.push_str(&format!("    {property}: {better};\n"));
            }
        }
    }
    sheet.push_str("}\n");
    if !exact.is_empty() {
        sheet.push_str(&format!("\n@supports (color: oklch(0 0 0)) {{\n  :root {{\n{exact}  }}\n}}\n"));
    }
    sheet
}
