//! Values as CSS writes them.

use super::text::{number, rounded, string};
use crate::color::{hex_of, to_byte};
use crate::value::{
    Color, ColorSpace, Dimension, Duration, FontFamily, Part, Shadow, StrokeStyle, Typography, Value,
};

/// Families that CSS knows without quotation marks.
const GENERIC_FAMILIES: [&str; 12] = [
    "serif",
    "sans-serif",
    "monospace",
    "cursive",
    "fantasy",
    "system-ui",
    "ui-serif",
    "ui-sans-serif",
    "ui-monospace",
    "ui-rounded",
    "math",
    "emoji",
];

/// Which of a color's two forms is written.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Colors {
    /// Such as every browser reads.
    Everywhere,
    /// As the token has it.
    Exact,
}

/// Writes values, with the custom properties of the tokens that they refer to.
pub(super) struct ValueWriter<'a> {
    /// By a token's place: its custom property. That of a typography is never asked for. Without them, the
    /// values that references stand for are written.
    pub(super) properties: Option<&'a [String]>,
    pub(super) colors: Colors,
}

impl ValueWriter<'_> {
    /// Anything but a typography, which has no form of its own.
    pub(super) fn value(&self, value: &Value) -> String {
        match value {
            Value::Color(color) => self.color(color),
            Value::Dimension(dimension) => length(dimension),
            Value::FontFamily(family) => families(family),
            Value::FontWeight(weight) => number(weight.number),
            Value::Duration(duration) => time(duration),
            Value::CubicBezier(points) => curve(points),
            Value::Number(value) => number(*value),
            Value::StrokeStyle(style) => stroke(style).to_owned(),
            Value::Border(border) => format!(
                "{} {} {}",
                self.part(&border.width, length),
                self.part(&border.style, |style| stroke(style).to_owned()),
                self.part(&border.color, |color| self.color(color)),
            ),
            Value::Transition(transition) => format!(
                "{} {} {}",
                self.part(&transition.duration, time),
                self.part(&transition.delay, time),
                self.part(&transition.timing_function, curve),
            ),
            Value::Shadow(shadows) => {
                joined(&shadows.items, |item| self.part(item, |shadow| self.shadow(shadow)))
            }
            Value::Gradient(stops) => joined(stops, |stop| {
                let color = self.part(&stop.color, |color| self.color(color));
                match self.property(&stop.position) {
                    Some(property) => format!("{color} calc(100% * var({property}))"),
                    None => format!("{color} {}%", rounded(stop.position.value * 100.0)),
                }
            }),
            Value::Typography(style) => self.typography(style).join(" "),
        }
    }

    /// In the order of [`crate::names::TYPOGRAPHY`].
    pub(super) fn typography(&self, style: &Typography) -> [String; 5] {
        [
            self.part(&style.font_family, families),
            self.part(&style.font_size, length),
            self.part(&style.font_weight, |weight| number(weight.number)),
            self.part(&style.letter_spacing, length),
            self.part(&style.line_height, |value| number(*value)),
        ]
    }

    fn part<T>(&self, part: &Part<T>, write: impl FnOnce(&T) -> String) -> String {
        match self.property(part) {
            Some(property) => format!("var({property})"),
            None => write(&part.value),
        }
    }

    fn property<T>(&self, part: &Part<T>) -> Option<&str> {
        part.alias.zip(self.properties).map(|(place, properties)| properties[place].as_str())
    }

    fn shadow(&self, shadow: &Shadow) -> String {
        let inset = if shadow.inset == Some(true) { "inset " } else { "" };
        let [x, y, blur, spread] = [&shadow.offset_x, &shadow.offset_y, &shadow.blur, &shadow.spread]
            .map(|dimension| self.part(dimension, length));
        let color = self.part(&shadow.color, |color| self.color(color));
        format!("{inset}{x} {y} {blur} {spread} {color}")
    }

    fn color(&self, color: &Color) -> String {
        match self.colors {
            Colors::Everywhere => everywhere(color),
            Colors::Exact => exact(color),
        }
    }
}

fn joined<T>(items: &[T], write: impl FnMut(&T) -> String) -> String {
    items.iter().map(write).collect::<Vec<_>>().join(", ")
}

fn length(dimension: &Dimension) -> String {
    format!("{}{}", number(dimension.value), dimension.unit.as_str())
}

fn time(duration: &Duration) -> String {
    format!("{}{}", number(duration.value), duration.unit())
}

fn curve(points: &[f64; 4]) -> String {
    format!("cubic-bezier({})", joined(points, |point| number(*point)))
}

fn families(family: &FontFamily) -> String {
    joined(&family.names, |name| match GENERIC_FAMILIES.contains(&name.as_str()) {
        true => name.clone(),
        false => string(name),
    })
}

/// CSS has no dashes of a length.
fn stroke(style: &StrokeStyle) -> &'static str {
    match style {
        StrokeStyle::Keyword(keyword) => keyword,
        StrokeStyle::Custom { .. } => "dashed",
    }
}

fn alpha(color: &Color) -> Option<String> {
    color.alpha.filter(|alpha| *alpha < 1.0).map(number)
}

/// A color by its space's own function, with blanks in place of commas.
fn exact(color: &Color) -> String {
    let [first, second, third] = color.components;
    let plain = |component: Option<f64>| component.map_or_else(|| "none".to_owned(), number);
    let percent = |component: Option<f64>, whole: f64| match component {
        Some(value) => format!("{}%", rounded(value * 100.0 / whole)),
        None => "none".to_owned(),
    };
    let arguments = match color.space {
        ColorSpace::Srgb if alpha(color).is_none() && color.components.iter().all(Option::is_some) => {
            return hex_of(color);
        }
        ColorSpace::Srgb => color.components.map(|component| percent(component, 1.0)),
        ColorSpace::Hsl | ColorSpace::Hwb => [plain(first), percent(second, 100.0), percent(third, 100.0)],
        ColorSpace::Lab | ColorSpace::Lch => [percent(first, 100.0), plain(second), plain(third)],
        ColorSpace::Oklab | ColorSpace::Oklch => [percent(first, 1.0), plain(second), plain(third)],
        _ => color.components.map(plain),
    };
    let arguments = arguments.join(" ");
    let alpha = alpha(color).map(|alpha| format!(" / {alpha}")).unwrap_or_default();
    match color.space {
        ColorSpace::Srgb => format!("rgb({arguments}{alpha})"),
        ColorSpace::Hsl
        | ColorSpace::Hwb
        | ColorSpace::Lab
        | ColorSpace::Lch
        | ColorSpace::Oklab
        | ColorSpace::Oklch => format!("{}({arguments}{alpha})", color.space.as_str()),
        space => format!("color({} {arguments}{alpha})", space.as_str()),
    }
}

/// A color in sRGB: the nearest that a browser without the color's space shows. "none" is as new as those.
fn everywhere(color: &Color) -> String {
    let is_old = matches!(color.space, ColorSpace::Srgb | ColorSpace::Hsl | ColorSpace::Hwb);
    if is_old && color.components.iter().all(Option::is_some) {
        return exact(color);
    }
    hex(color)
}

/// A color in sRGB as six digits, or eight where it is not opaque.
pub(super) fn hex(color: &Color) -> String {
    let hex = color.hex.as_ref().map_or_else(|| hex_of(color), |hex| hex.to_ascii_lowercase());
    match color.alpha {
        Some(alpha) if alpha < 1.0 => format!("{hex}{:02x}", to_byte(alpha)),
        _ => hex,
    }
}
