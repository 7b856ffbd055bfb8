//! Values by their types, with references resolved and remembered.

mod color;
mod read;
mod write;

use std::sync::Arc;

pub use color::{Color, ColorSpace};
pub(crate) use read::ValueReader;
pub(crate) use write::object;

use crate::token_type::TokenType;

/// A value, resolved.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A color.
    Color(Color),
    /// A length.
    Dimension(Dimension),
    /// Names of fonts.
    FontFamily(FontFamily),
    /// A font's weight.
    FontWeight(FontWeight),
    /// A time.
    Duration(Duration),
    /// The two control points of a Bézier curve: x1, y1, x2, y2.
    CubicBezier([f64; 4]),
    /// A number.
    Number(f64),
    /// The look of lines.
    StrokeStyle(StrokeStyle),
    /// A border.
    Border(Border),
    /// A transition.
    Transition(Transition),
    /// Shadows.
    Shadow(Shadows),
    /// Stops of a gradient.
    Gradient(Vec<Stop>),
    /// A text style.
    Typography(Typography),
}

/// A part of a value, and the token that it refers to as a whole, by its place in [`crate::Tokens::tokens`].
#[derive(Clone, Debug, PartialEq)]
pub struct Part<T> {
    /// The value that it stands for.
    pub value: T,
    /// The token.
    pub alias: Option<usize>,
}

/// A length.
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    /// In `unit`; may be negative.
    pub value: f64,
    /// px or rem.
    pub unit: Unit,
}

/// The units of lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A CSS pixel.
    Px,
    /// The size of the root element's font.
    Rem,
}

/// A time.
#[derive(Clone, Debug, PartialEq)]
pub struct Duration {
    /// In `unit`.
    pub value: f64,
    /// True if `unit` is seconds; else milliseconds.
    pub is_seconds: bool,
}

/// Names of fonts, the first choice first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FontFamily {
    /// At least one.
    pub names: Vec<String>,
    /// True if it is written as an array.
    pub is_list: bool,
}

/// A font's weight.
#[derive(Clone, Debug, PartialEq)]
pub struct FontWeight {
    /// 1 to 1000.
    pub number: f64,
    /// The keyword that it is written as.
    pub keyword: Option<&'static str>,
}

/// The look of lines.
#[derive(Clone, Debug, PartialEq)]
pub enum StrokeStyle {
    /// A keyword of CSS, such as `dashed`.
    Keyword(&'static str),
    /// Dashes.
    Custom {
        /// Lengths of dashes and gaps in turn.
        dashes: Vec<Part<Dimension>>,
        /// `round`, `butt` or `square`.
        line_cap: &'static str,
    },
}

/// A border.
#[derive(Clone, Debug, PartialEq)]
pub struct Border {
    /// Its color.
    pub color: Part<Color>,
    /// Its width.
    pub width: Part<Dimension>,
    /// Its style.
    pub style: Part<StrokeStyle>,
}

/// A transition.
#[derive(Clone, Debug, PartialEq)]
pub struct Transition {
    /// How long it takes.
    pub duration: Part<Duration>,
    /// When it begins; may be negative.
    pub delay: Part<Duration>,
    /// How it goes.
    pub timing_function: Part<[f64; 4]>,
}

/// Shadows, the topmost first.
#[derive(Clone, Debug, PartialEq)]
pub struct Shadows {
    /// At least one.
    pub items: Vec<Part<Shadow>>,
    /// True if it is written as an array.
    pub is_list: bool,
}

/// A shadow.
#[derive(Clone, Debug, PartialEq)]
pub struct Shadow {
    /// Its color.
    pub color: Part<Color>,
    /// To the right.
    pub offset_x: Part<Dimension>,
    /// Downwards.
    pub offset_y: Part<Dimension>,
    /// Not negative.
    pub blur: Part<Dimension>,
    /// How much larger than the box it is.
    pub spread: Part<Dimension>,
    /// True if it lies within the box.
    pub inset: Option<bool>,
}

/// A stop of a gradient.
#[derive(Clone, Debug, PartialEq)]
pub struct Stop {
    /// Its color.
    pub color: Part<Color>,
    /// 0 to 1.
    pub position: Part<f64>,
}

/// A text style.
#[derive(Clone, Debug, PartialEq)]
pub struct Typography {
    /// The fonts.
    pub font_family: Part<FontFamily>,
    /// Their size.
    pub font_size: Part<Dimension>,
    /// Their weight.
    pub font_weight: Part<FontWeight>,
    /// Space between letters.
    pub letter_spacing: Part<Dimension>,
    /// A multiple of the font's size.
    pub line_height: Part<f64>,
}

impl Value {
    /// The type.
    pub fn token_type(&self) -> TokenType {
        match self {
            Self::Color(_) => TokenType::Color,
            Self::Dimension(_) => TokenType::Dimension,
            Self::FontFamily(_) => TokenType::FontFamily,
            Self::FontWeight(_) => TokenType::FontWeight,
            Self::Duration(_) => TokenType::Duration,
            Self::CubicBezier(_) => TokenType::CubicBezier,
            Self::Number(_) => TokenType::Number,
            Self::StrokeStyle(_) => TokenType::StrokeStyle,
            Self::Border(_) => TokenType::Border,
            Self::Transition(_) => TokenType::Transition,
            Self::Shadow(_) => TokenType::Shadow,
            Self::Gradient(_) => TokenType::Gradient,
            Self::Typography(_) => TokenType::Typography,
        }
    }
}

impl Unit {
    /// `px` or `rem`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Px => "px",
            Self::Rem => "rem",
        }
    }
}

/// A token's value and what it refers to as a whole.
pub(crate) type Resolved = Part<Arc<Value>>;
