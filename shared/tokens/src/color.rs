//! Conversions of colors to sRGB, by the sample code of CSS Color 4, section 18.

mod matrices;
mod transfer;

use crate::value::{Color, ColorSpace};

type Triple = [f64; 3];

/// `#` and six digits: the color in sRGB, each channel clipped, without its alpha.
pub(crate) fn hex_of(color: &Color) -> String {
    let [red, green, blue] = to_srgb(color).map(to_byte);
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// 0 to 1 as a byte, clipped.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is clipped before")]
pub(crate) fn to_byte(channel: f64) -> u8 {
    (channel.clamp(0.0, 1.0) * 255.0).round() as u8
}

/// Red, green and blue in sRGB, below 0 or above 1 where sRGB lacks the color. "none" counts as 0.
pub(crate) fn to_srgb(color: &Color) -> Triple {
    let components = color.components.map(Option::unwrap_or_default);
    let linear = match color.space {
        ColorSpace::Srgb => return components,
        ColorSpace::Hsl => return hsl(components),
        ColorSpace::Hwb => return hwb(components),
        ColorSpace::SrgbLinear => components,
        ColorSpace::DisplayP3 => {
            from_xyz(apply(&matrices::P3_TO_XYZ, components.map(transfer::srgb_to_linear)))
        }
        ColorSpace::A98Rgb => from_xyz(apply(&matrices::A98_TO_XYZ, components.map(transfer::a98_to_linear))),
        ColorSpace::Rec2020 => {
            from_xyz(apply(&matrices::REC2020_TO_XYZ, components.map(transfer::rec2020_to_linear)))
        }
        ColorSpace::ProphotoRgb => {
            from_xyz_d50(apply(&matrices::PROPHOTO_TO_XYZ_D50, components.map(transfer::prophoto_to_linear)))
        }
        ColorSpace::XyzD65 => from_xyz(components),
        ColorSpace::XyzD50 => from_xyz_d50(components),
        ColorSpace::Lab => from_xyz_d50(lab_to_xyz(components)),
        ColorSpace::Lch => from_xyz_d50(lab_to_xyz(from_polar(components))),
        ColorSpace::Oklab => from_xyz(oklab_to_xyz(components)),
        ColorSpace::Oklch => from_xyz(oklab_to_xyz(from_polar(components))),
    };
    linear.map(transfer::linear_to_srgb)
}

fn apply(matrix: &[Triple; 3], vector: Triple) -> Triple {
    matrix.map(|row| row[0] * vector[0] + row[1] * vector[1] + row[2] * vector[2])
}

fn from_xyz(xyz: Triple) -> Triple {
    apply(&matrices::XYZ_TO_SRGB, xyz)
}

fn from_xyz_d50(xyz: Triple) -> Triple {
    from_xyz(apply(&matrices::D50_TO_D65, xyz))
}

fn from_polar([lightness, chroma, hue]: Triple) -> Triple {
    let (sin, cos) = hue.to_radians().sin_cos();
    [lightness, chroma * cos, chroma * sin]
}

fn lab_to_xyz([lightness, a, b]: Triple) -> Triple {
    const KAPPA: f64 = 24389.0 / 27.0;
    const EPSILON: f64 = 216.0 / 24389.0;
    let y = (lightness + 16.0) / 116.0;
    let (x, z) = (a / 500.0 + y, y - b / 200.0);
    let cube = |value: f64| match value.powi(3) {
        cube if cube > EPSILON => cube,
        _ => (116.0 * value - 16.0) / KAPPA,
    };
    let luminance = if lightness > KAPPA * EPSILON { y.powi(3) } else { lightness / KAPPA };
    let [white_x, white_y, white_z] = matrices::D50_WHITE;
    [cube(x) * white_x, luminance * white_y, cube(z) * white_z]
}

fn oklab_to_xyz(oklab: Triple) -> Triple {
    let lms = apply(&matrices::OKLAB_TO_LMS, oklab).map(|cone| cone.powi(3));
    apply(&matrices::LMS_TO_XYZ, lms)
}

/// Hue in degrees, saturation and lightness in percent.
fn hsl([hue, saturation, lightness]: Triple) -> Triple {
    let (saturation, lightness) = (saturation / 100.0, lightness / 100.0);
    let amplitude = saturation * lightness.min(1.0 - lightness);
    [0.0, 8.0, 4.0].map(|offset| {
        let k = (offset + hue / 30.0).rem_euclid(12.0);
        lightness - amplitude * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0)
    })
}

/// Hue in degrees, whiteness and blackness in percent.
fn hwb([hue, whiteness, blackness]: Triple) -> Triple {
    let (white, black) = (whiteness / 100.0, blackness / 100.0);
    if white + black >= 1.0 {
        return [white / (white + black); 3];
    }
    hsl([hue, 100.0, 50.0]).map(|channel| channel * (1.0 - white - black) + white)
}

#[cfg(test)]
mod tests {
    use super::{hex_of, to_srgb};
    use crate::value::{Color, ColorSpace};

    fn color(space: ColorSpace, components: [f64; 3]) -> Color {
        Color { space, components: components.map(Some), alpha: None, hex: None }
    }

    /// One color in each space, from the tests of CSS Color 4 in web-platform-tests, which compare with
    /// green.
    #[test]
    fn green_is_green_in_every_space() {
        for (space, components) in [
            (ColorSpace::Srgb, [0.0, 0.50196, 0.0]),
            (ColorSpace::SrgbLinear, [0.0, 0.21586, 0.0]),
            (ColorSpace::Hsl, [120.0, 100.0, 25.098]),
            (ColorSpace::Hwb, [120.0, 0.0, 49.8039]),
            (ColorSpace::Lab, [46.2775, -47.5621, 48.5837]),
            (ColorSpace::Lch, [46.2775, 67.9892, 134.3912]),
            (ColorSpace::Oklab, [0.51975, -0.1403, 0.10768]),
            (ColorSpace::Oklch, [0.51975, 0.17686, 142.495]),
            (ColorSpace::DisplayP3, [0.21604, 0.49418, 0.13151]),
            (ColorSpace::A98Rgb, [0.281363, 0.498012, 0.116746]),
            (ColorSpace::ProphotoRgb, [0.230479, 0.395789, 0.129968]),
            (ColorSpace::Rec2020, [0.332319, 0.509787, 0.191777]),
            (ColorSpace::XyzD65, [0.07719, 0.15438, 0.02573]),
            (ColorSpace::XyzD50, [0.08314, 0.154746, 0.020961]),
        ] {
            let made = to_srgb(&color(space, components));
            let distance = (0..3).map(|index| (made[index] - [0.0, 128.0 / 255.0, 0.0][index]).abs());
            assert!(distance.fold(0.0, f64::max) < 0.002, "{}: {made:?}", space.as_str());
        }
    }

    #[test]
    fn colors_outside_srgb_are_clipped() {
        for (space, components, hex) in [
            (ColorSpace::Oklch, [0.7, 0.15, 250.0], "#4ba3f7"),
            (ColorSpace::DisplayP3, [1.0, 0.0, 0.0], "#ff0000"),
            (ColorSpace::Srgb, [0.2, 0.4, 0.9], "#3366e6"),
            (ColorSpace::Hwb, [0.0, 80.0, 80.0], "#808080"),
            (ColorSpace::Lab, [100.0, 0.0, 0.0], "#ffffff"),
            (ColorSpace::Oklab, [0.0, 0.0, 0.0], "#000000"),
        ] {
            assert_eq!(hex_of(&color(space, components)), hex, "{}", space.as_str());
        }
    }
}
