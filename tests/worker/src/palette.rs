//! The palette of a PNG.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io::Cursor;

use color_quant::NeuQuant;
use png::{Decoder, Limits, Transformations};

/// Bytes that a decoded image may take.
const MAX_IMAGE: usize = 256 * 1024 * 1024;

/// The most pixels that are looked at; of a larger image, every so manieth.
const MAX_PIXELS: usize = 250_000;

/// The colors of an image that are counted as they are. The pixels of one with more are reduced to as many.
const EXACT_COLORS: usize = 256;

/// How many of the pixels NeuQuant learns from, from 1 (all, slow) to 30.
const SAMPLING: i32 = 10;

/// Colors whose red, green and blue differ by less in sum are one to the eye.
const ALIKE: u32 = 24;

/// Alpha from which on a pixel is seen.
const OPAQUE: u8 = 128;

type Rgb = [u8; 3];

/// A color of an image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Swatch {
    pub(crate) rgb: Rgb,
    /// The part of the image that has it, from 0 to 1.
    pub(crate) share: f64,
}

/// Why an image has no palette.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PaletteError {
    #[error("the image is no PNG that can be read: {0}")]
    Decode(#[from] png::DecodingError),
    #[error("the image takes more than 256 MB")]
    TooLarge,
    #[error("the image is transparent")]
    Transparent,
}

/// The colors of a PNG, the most frequent first: at most `count` of them.
pub(crate) fn palette(file: &[u8], count: usize) -> Result<Vec<Swatch>, PaletteError> {
    let pixels = visible_pixels(file)?;
    let mut colors = merged(count_colors(&pixels));
    colors.truncate(count);
    let share = |pixels_of_color: usize| pixels_of_color as f64 / pixels.len() as f64;
    Ok(colors.into_iter().map(|(rgb, pixels)| Swatch { rgb, share: share(pixels) }).collect())
}

/// How many pixels have each color; of an image with many colors, after NeuQuant (Dekker, 1994) has chosen
/// some for all.
fn count_colors(pixels: &[Rgb]) -> HashMap<Rgb, usize> {
    let count = |colors: &mut dyn Iterator<Item = Rgb>| {
        let mut counts = HashMap::new();
        colors.for_each(|rgb| *counts.entry(rgb).or_default() += 1);
        counts
    };
    let exact = count(&mut pixels.iter().copied());
    if exact.len() <= EXACT_COLORS {
        return exact;
    }
    let rgba: Vec<u8> = pixels.iter().flat_map(|&[red, green, blue]| [red, green, blue, u8::MAX]).collect();
    let quantizer = NeuQuant::new(SAMPLING, EXACT_COLORS, &rgba);
    let chosen = quantizer.color_map_rgb();
    let nearest = |rgba: &[u8]| {
        let place = 3 * quantizer.index_of(rgba);
        [chosen[place], chosen[place + 1], chosen[place + 2]]
    };
    count(&mut rgba.chunks_exact(4).map(nearest))
}

/// The colors in order, with those that look alike as one, which is the most frequent of them.
fn merged(counts: HashMap<Rgb, usize>) -> Vec<(Rgb, usize)> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|&(rgb, count)| (Reverse(count), rgb));
    let mut merged: Vec<(Rgb, usize)> = Vec::new();
    for (rgb, count) in counts {
        match merged.iter_mut().find(|(other, _)| difference(*other, rgb) < ALIKE) {
            Some((_, total)) => *total += count,
            None => merged.push((rgb, count)),
        }
    }
    merged.sort_by_key(|&(rgb, count)| (Reverse(count), rgb));
    merged
}

fn difference(one: Rgb, other: Rgb) -> u32 {
    one.iter().zip(other).map(|(one, other)| u32::from(one.abs_diff(other))).sum()
}

fn visible_pixels(file: &[u8]) -> Result<Vec<Rgb>, PaletteError> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(file), Limits { bytes: MAX_IMAGE });
    decoder.set_transformations(Transformations::normalize_to_color8() | Transformations::ALPHA);
    let mut reader = decoder.read_info()?;
    let size = reader.output_buffer_size().filter(|size| *size <= MAX_IMAGE).ok_or(PaletteError::TooLarge)?;
    let mut bytes = vec![0; size];
    let frame = reader.next_frame(&mut bytes)?;
    let samples = frame.color_type.samples();
    let bytes = bytes.get(..frame.buffer_size()).unwrap_or_default();
    let step = (bytes.len() / samples).div_ceil(MAX_PIXELS).max(1);
    let visible = |pixel: &[u8]| match *pixel {
        [red, green, blue, alpha] if alpha >= OPAQUE => Some([red, green, blue]),
        [gray, alpha] if alpha >= OPAQUE => Some([gray; 3]),
        _ => None,
    };
    let pixels: Vec<Rgb> = bytes.chunks_exact(samples).step_by(step).filter_map(visible).collect();
    if pixels.is_empty() { Err(PaletteError::Transparent) } else { Ok(pixels) }
}

#[cfg(test)]
mod tests {
    use png::{BitDepth, ColorType, Encoder};

    use super::*;

    fn write(color: ColorType, (width, height): (u32, u32), bytes: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, width, height);
        encoder.set_color(color);
        encoder.set_depth(BitDepth::Eight);
        encoder.write_header().unwrap().write_image_data(bytes).unwrap();
        file
    }

    #[test]
    fn the_demos_image_has_the_colors_that_it_was_painted_with() {
        let found = palette(include_bytes!("../landscape.png"), 6).unwrap();
        let colors: Vec<String> =
            found.iter().map(|Swatch { rgb: [r, g, b], .. }| format!("{r:02x}{g:02x}{b:02x}")).collect();
        assert_eq!(colors, ["1d3557", "457b9d", "264653", "2a9d8f", "f4a261", "e76f51"]);
        let shares: f64 = found.iter().map(|swatch| swatch.share).sum();
        assert!((shares - 1.0).abs() < 1e-9, "{shares}");
    }

    #[test]
    fn colors_come_with_their_share_of_what_is_seen_the_most_frequent_first() {
        let columns: [([u8; 4], usize); 4] = [
            ([30, 60, 220, 255], 30),
            ([200, 30, 30, 255], 60),
            ([0, 255, 0, 0], 100),
            ([250, 250, 250, 128], 10),
        ];
        let row: Vec<u8> = columns.iter().flat_map(|(rgba, width)| rgba.repeat(*width)).collect();
        let file = write(ColorType::Rgba, (200, 4), &row.repeat(4));
        let found = palette(&file, 5).unwrap();
        let expected = [([200, 30, 30], 0.6), ([30, 60, 220], 0.3), ([250, 250, 250], 0.1)];
        assert_eq!(found, expected.map(|(rgb, share)| Swatch { rgb, share }));
        assert_eq!(palette(&file, 2).unwrap(), found[..2]);
    }

    #[test]
    fn an_image_in_gray_has_grays() {
        let file = write(ColorType::Grayscale, (4, 1), &[10, 10, 10, 240]);
        let found = palette(&file, 6).unwrap();
        assert_eq!(found[0], Swatch { rgb: [10; 3], share: 0.75 });
        assert_eq!(found[1].rgb, [240; 3]);
    }

    #[test]
    fn an_image_of_very_many_colors_is_reduced_to_those_that_stand_for_them() {
        // Red to the left and blue to the right, each in thousands of shades.
        let pixels = (0..128_u32 * 128).flat_map(|at| {
            let shade = |bits: u32| u8::try_from(bits % 30).unwrap();
            match at % 128 < 64 {
                true => [220 + shade(at), 20 + shade(at / 7), 20 + shade(at / 11)],
                false => [20 + shade(at), 20 + shade(at / 7), 200 + shade(at / 11)],
            }
        });
        let file = write(ColorType::Rgb, (128, 128), &pixels.collect::<Vec<u8>>());
        let found = palette(&file, 2).unwrap();
        let is_near = |swatch: &Swatch, rgb| difference(swatch.rgb, rgb) < 60;
        assert!(found.iter().any(|swatch| is_near(swatch, [235, 35, 35])), "{found:?}");
        assert!(found.iter().any(|swatch| is_near(swatch, [35, 35, 215])), "{found:?}");
    }

    #[test]
    fn nothing_to_see_and_no_image_have_no_palette() {
        let transparent = write(ColorType::Rgba, (9, 1), &[1, 2, 3, 0].repeat(9));
        assert!(matches!(palette(&transparent, 5), Err(PaletteError::Transparent)));
        assert!(matches!(palette(b"GIF89a", 5), Err(PaletteError::Decode(_))));
        let whole = write(ColorType::Rgb, (90, 90), &[7; 90 * 90 * 3]);
        assert!(palette(&whole[..whole.len() / 2], 5).is_err());
    }
}
