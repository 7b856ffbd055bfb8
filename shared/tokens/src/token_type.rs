use std::fmt;

/// The types of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenType {
    /// A color.
    Color,
    /// A length in px or rem.
    Dimension,
    /// Names of fonts.
    FontFamily,
    /// A weight between 1 and 1000, or its name.
    FontWeight,
    /// A time in ms or s.
    Duration,
    /// The course of an animation.
    CubicBezier,
    /// A number.
    Number,
    /// The look of lines.
    StrokeStyle,
    /// Color, width and style of lines.
    Border,
    /// Duration, delay and course of a change.
    Transition,
    /// One shadow or several.
    Shadow,
    /// Stops of a gradient.
    Gradient,
    /// Family, size, weight, letter spacing and line height.
    Typography,
}

impl TokenType {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Color,
        Self::Dimension,
        Self::FontFamily,
        Self::FontWeight,
        Self::Duration,
        Self::CubicBezier,
        Self::Number,
        Self::StrokeStyle,
        Self::Border,
        Self::Transition,
        Self::Shadow,
        Self::Gradient,
        Self::Typography,
    ];

    /// Its name in a document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Color => "color",
            Self::Dimension => "dimension",
            Self::FontFamily => "fontFamily",
            Self::FontWeight => "fontWeight",
            Self::Duration => "duration",
            Self::CubicBezier => "cubicBezier",
            Self::Number => "number",
            Self::StrokeStyle => "strokeStyle",
            Self::Border => "border",
            Self::Transition => "transition",
            Self::Shadow => "shadow",
            Self::Gradient => "gradient",
            Self::Typography => "typography",
        }
    }

    /// The type of that name, which is case-sensitive.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == name)
    }
}

impl fmt::Display for TokenType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
