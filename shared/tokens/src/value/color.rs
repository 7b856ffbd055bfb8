/// A color as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Color {
    /// The space of `components`.
    pub space: ColorSpace,
    /// Within the space's bounds; none where "none" is written.
    pub components: [Option<f64>; 3],
    /// 0 to 1; 1 if it is not written.
    pub alpha: Option<f64>,
    /// `#` and six digits, for tools that lack the space.
    pub hex: Option<String>,
}

/// The color spaces of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorSpace {
    /// sRGB.
    Srgb,
    /// sRGB without its transfer curve.
    SrgbLinear,
    /// Hue, saturation, lightness.
    Hsl,
    /// Hue, whiteness, blackness.
    Hwb,
    /// CIE Lab, D50.
    Lab,
    /// CIE LCH, D50.
    Lch,
    /// Oklab.
    Oklab,
    /// Oklch.
    Oklch,
    /// Display P3.
    DisplayP3,
    /// Adobe RGB (1998).
    A98Rgb,
    /// ProPhoto RGB, D50.
    ProphotoRgb,
    /// ITU-R BT.2020.
    Rec2020,
    /// CIE XYZ, D65.
    XyzD65,
    /// CIE XYZ, D50.
    XyzD50,
}

/// Bounds of a component.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bounds {
    /// 0 to that number.
    To(f64),
    /// 0 or more.
    FromZero,
    /// 0 to less than 360.
    Hue,
    /// Any number.
    Any,
}

impl ColorSpace {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Srgb,
        Self::SrgbLinear,
        Self::Hsl,
        Self::Hwb,
        Self::Lab,
        Self::Lch,
        Self::Oklab,
        Self::Oklch,
        Self::DisplayP3,
        Self::A98Rgb,
        Self::ProphotoRgb,
        Self::Rec2020,
        Self::XyzD65,
        Self::XyzD50,
    ];

    /// Its name, which is CSS's too.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Srgb => "srgb",
            Self::SrgbLinear => "srgb-linear",
            Self::Hsl => "hsl",
            Self::Hwb => "hwb",
            Self::Lab => "lab",
            Self::Lch => "lch",
            Self::Oklab => "oklab",
            Self::Oklch => "oklch",
            Self::DisplayP3 => "display-p3",
            Self::A98Rgb => "a98-rgb",
            Self::ProphotoRgb => "prophoto-rgb",
            Self::Rec2020 => "rec2020",
            Self::XyzD65 => "xyz-d65",
            Self::XyzD50 => "xyz-d50",
        }
    }

    /// The space of that name, which is case-sensitive.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == name)
    }

    pub(crate) fn bounds(self) -> [Bounds; 3] {
        match self {
            Self::Hsl | Self::Hwb => [Bounds::Hue, Bounds::To(100.0), Bounds::To(100.0)],
            Self::Lab => [Bounds::To(100.0), Bounds::Any, Bounds::Any],
            Self::Lch => [Bounds::To(100.0), Bounds::FromZero, Bounds::Hue],
            Self::Oklab => [Bounds::To(1.0), Bounds::Any, Bounds::Any],
            Self::Oklch => [Bounds::To(1.0), Bounds::FromZero, Bounds::Hue],
            _ => [Bounds::To(1.0); 3],
        }
    }
}

impl Bounds {
    pub(crate) fn contain(self, number: f64) -> bool {
        match self {
            Self::To(most) => (0.0..=most).contains(&number),
            Self::FromZero => number >= 0.0,
            Self::Hue => (0.0..360.0).contains(&number),
            Self::Any => true,
        }
    }

    pub(crate) fn describe(self) -> String {
        match self {
            Self::To(most) => format!("from 0 to {most}"),
            Self::FromZero => "0 or more".to_owned(),
            Self::Hue => "from 0 to less than 360".to_owned(),
            Self::Any => "any number".to_owned(),
        }
    }
}
