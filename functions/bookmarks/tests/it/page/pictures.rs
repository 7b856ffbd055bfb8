//! The pictures of the page in the README, which are to show it as it is.

use std::io::Cursor;
use std::path::Path;

use harness::{Fixture, with_browser};
use png::{Decoder, Transformations};

use super::library::{bridge, fill, open};

/// Pixels of one side of the squares whose lightness is compared. Other fonts draw other lines.
const SQUARE: usize = 40;
/// How much of 255 the lightness of squares may differ on the average.
const TOLERANCE: f64 = 6.0;

/// The mean lightness of each square, and the size.
fn squares(file: &[u8]) -> ((u32, u32), Vec<f64>) {
    let mut decoder = Decoder::new(Cursor::new(file));
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let (width, height) = (info.width as usize, info.height as usize);
    let channels = info.color_type.samples();
    let across = width.div_ceil(SQUARE);
    let mut sums = vec![(0.0, 0.0); across * height.div_ceil(SQUARE)];
    for (at, pixel) in pixels[..info.buffer_size()].chunks(channels).enumerate() {
        let (sum, count) = &mut sums[at / width / SQUARE * across + at % width / SQUARE];
        *sum += pixel.iter().take(3).map(|&value| f64::from(value)).sum::<f64>() / 3.0;
        *count += 1.0;
    }
    ((info.width, info.height), sums.into_iter().map(|(sum, count)| sum / count).collect())
}

/// Asserts that a picture shows what the one in `docs` shows, or writes it there.
#[expect(clippy::disallowed_methods, reason = "asks to write the picture, not configuration")]
fn compare(name: &str, picture: &[u8]) {
    let path = support::project_root().join("docs").join(name);
    if std::env::var_os("UPDATE_PICTURES").is_some() {
        std::fs::write(&path, picture).unwrap();
    }
    let difference = difference(&path, picture);
    assert!(
        difference <= TOLERANCE,
        "{name} differs by {difference:.1}: look at the page, then UPDATE_PICTURES=1 writes the picture"
    );
}

fn difference(path: &Path, picture: &[u8]) -> f64 {
    let (size, before) = squares(&std::fs::read(path).unwrap());
    let (new_size, now) = squares(picture);
    assert_eq!(size, new_size, "{}", path.display());
    let differences = before.iter().zip(&now).map(|(one, other)| (one - other).abs());
    differences.sum::<f64>() / before.len() as f64
}

#[tokio::test]
async fn the_pictures_in_the_readme_show_the_page_as_it_is() {
    with_browser(async |browser| {
        let fixture = Fixture::new();
        fill(&fixture).await;
        let bridge = bridge(&fixture, &[]).await;
        for (name, width, theme) in [
            ("library.png", 1200, "light"),
            ("library-dark.png", 1200, "dark"),
            ("library-narrow.png", 360, "light"),
        ] {
            browser.resize(width, 720).await;
            browser.prefer("prefers-color-scheme", theme).await;
            open(browser, &bridge, "").await;
            browser.wait_for("document.querySelectorAll('#tags li').length > 3").await;
            if name == "library-dark.png" {
                browser.press("jjx").await;
                browser.press("jx").await;
            }
            compare(name, &browser.screenshot().await);
        }
        browser.assert_no_complaints().await;
    })
    .await;
}
