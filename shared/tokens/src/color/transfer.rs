//! Transfer curves: between a channel as it is stored and light. Negative channels are mirrored.

fn mirrored(channel: f64, curve: impl Fn(f64) -> f64) -> f64 {
    curve(channel.abs()).copysign(channel)
}

pub(super) fn srgb_to_linear(channel: f64) -> f64 {
    mirrored(
        channel,
        |value| if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) },
    )
}

pub(super) fn linear_to_srgb(channel: f64) -> f64 {
    mirrored(
        channel,
        |value| {
            if value > 0.003_130_8 { 1.055 * value.powf(1.0 / 2.4) - 0.055 } else { 12.92 * value }
        },
    )
}

pub(super) fn a98_to_linear(channel: f64) -> f64 {
    mirrored(channel, |value| value.powf(563.0 / 256.0))
}

pub(super) fn prophoto_to_linear(channel: f64) -> f64 {
    mirrored(channel, |value| if value <= 16.0 / 512.0 { value / 16.0 } else { value.powf(1.8) })
}

/// As displays show it (ITU-R BT.1886), which CSS Color 4 has had since 2025.
pub(super) fn rec2020_to_linear(channel: f64) -> f64 {
    mirrored(channel, |value| value.powf(2.4))
}
