//! Detects the encoding of a file: byte order mark, well-formed UTF-8, `<meta>`, then a guess.

use crate::markup;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Length of the file's start in which a `<meta>` is looked for. Browsers look at 1,024 bytes; exporters that
/// begin with a long comment need a little more.
const PRESCAN_BYTES: usize = 4_096;

/// The encoding by the first bytes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Declared {
    /// Nothing. It may be taken for UTF-8 until a byte beyond ASCII comes, and [`guess`] then decides.
    Nothing,
    /// It follows from the first bytes themselves. The number is the length of the byte order mark.
    ByMark(&'static Encoding, usize),
    /// A `<meta>` says it, and the bytes may contradict.
    ByMeta(&'static Encoding),
}

pub(crate) fn declared(first: &[u8]) -> Declared {
    if let Some((encoding, mark)) = Encoding::for_bom(first) {
        return Declared::ByMark(encoding, mark);
    }
    // UTF-16 without a mark: an ASCII character, which markup begins with, has one byte of zero.
    match first {
        [0, a, 0, b, ..] if *a != 0 && *b != 0 => return Declared::ByMark(UTF_16BE, 0),
        [a, 0, b, 0, ..] if *a != 0 && *b != 0 => return Declared::ByMark(UTF_16LE, 0),
        _ => {}
    }
    let head = &first[..first.len().min(PRESCAN_BYTES)];
    markup::declared_charset(head).and_then(for_label).map_or(Declared::Nothing, Declared::ByMeta)
}

/// Looks a label up as HTML does, with the labels that old Mac browsers wrote besides.
fn for_label(label: &[u8]) -> Option<&'static Encoding> {
    let label = label.trim_ascii();
    // Mac Internet Explorer 4 and iCab wrote the script of the system, which nearly always was Roman.
    if label.eq_ignore_ascii_case(b"x-mac-system") || label.eq_ignore_ascii_case(b"macroman") {
        return Some(MACINTOSH);
    }
    let encoding = Encoding::for_label_no_replacement(label)?;
    Some(match encoding.name() {
        // A declaration that could be read in ASCII was not written in UTF-16.
        "UTF-16LE" | "UTF-16BE" => UTF_8,
        "x-user-defined" => WINDOWS_1252,
        _ => encoding,
    })
}

/// Returns whether a text that holds bytes beyond ASCII is UTF-8. It may end within a character unless
/// `whole`.
pub(crate) fn is_utf_8(text: &[u8], whole: bool) -> bool {
    match std::str::from_utf8(text) {
        Ok(_) => true,
        // No length: the text ends within a character.
        Err(error) => error.error_len().is_none() && !whole,
    }
}

/// Decides by the text itself. `text` holds bytes beyond ASCII, and may end within a character unless
/// `whole`.
pub(crate) fn guess(text: &[u8], whole: bool) -> &'static Encoding {
    if is_utf_8(text, whole) {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(text, whole);
    detector.guess(None, Utf8Detection::Deny)
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{GBK, SHIFT_JIS, WINDOWS_1251};

    fn by_meta(file: &str) -> Option<&'static Encoding> {
        match declared(file.as_bytes()) {
            Declared::ByMeta(encoding) => Some(encoding),
            other => {
                assert_eq!(other, Declared::Nothing);
                None
            }
        }
    }

    #[test]
    fn a_byte_order_mark_goes_before_a_declaration() {
        let file = b"\xEF\xBB\xBF<META CONTENT='text/html; charset=windows-1251'>";
        assert_eq!(declared(file), Declared::ByMark(UTF_8, 3));
        assert_eq!(declared(b"\xFF\xFE<\0"), Declared::ByMark(UTF_16LE, 2));
    }

    #[test]
    fn utf_16_is_known_without_its_mark() {
        assert_eq!(declared(b"<\0!\0D\0"), Declared::ByMark(UTF_16LE, 0));
        assert_eq!(declared(b"\0<\0!\0D"), Declared::ByMark(UTF_16BE, 0));
    }

    #[test]
    fn zeros_alone_and_one_zero_are_not_utf_16() {
        for file in [b"\0<\0\0<p", b"\0\0\0<<p", b"<\0\0\0<p", b"\0\0<\0<p", b"\0\0\0\0<p", b"<\0!D<p"] {
            assert_eq!(declared(file), Declared::Nothing, "{file:?}");
        }
    }

    #[test]
    fn a_meta_is_read_in_both_forms() {
        let declares = by_meta;
        assert_eq!(declares("<meta charset=gbk>"), Some(GBK));
        assert_eq!(
            declares(
                "<!-- <meta charset=gbk> --><META HTTP-EQUIV=\"Content-Type\" CONTENT=\"text/html; \
                 charset=Shift_JIS\">"
            ),
            Some(SHIFT_JIS)
        );
        assert_eq!(
            declares("<meta http-equiv=x content='text/html;charset = \"windows-1251\"'>"),
            Some(WINDOWS_1251)
        );
        assert_eq!(declares("<title>charset=gbk</title>"), None);
        assert_eq!(declares("<meta charset=utf-16>"), Some(UTF_8));
        assert_eq!(declares("<meta charset=x-user-defined>"), Some(WINDOWS_1252));
        assert_eq!(declares("<meta charset=nonsense>"), None);
    }

    #[test]
    fn the_labels_of_old_mac_browsers_are_known() {
        let declares = by_meta;
        assert_eq!(declares("<META CONTENT=\"text/html; charset=x-mac-roman\">"), Some(MACINTOSH));
        assert_eq!(declares("<META CONTENT=\"text/html; charset=X-MAC-SYSTEM\">"), Some(MACINTOSH));
    }

    #[test]
    fn a_character_cut_at_the_end_is_still_utf_8_unless_the_file_ends_there() {
        assert_eq!(guess(b"caf\xC3", false), UTF_8);
        assert_eq!(guess("café".as_bytes(), true), UTF_8);
        assert_ne!(guess(b"caf\xC3", true), UTF_8);
        assert_eq!(guess(b"caf\xE9 cr\xE8me", false), WINDOWS_1252);
    }

    #[test]
    fn cyrillic_and_east_asian_text_is_told_apart() {
        let (cyrillic, ..) = WINDOWS_1251.encode("Закладки браузера, новости и погода");
        assert_eq!(guess(&cyrillic, true), WINDOWS_1251);
        let (japanese, ..) = SHIFT_JIS.encode("ブックマークの一覧です。ニュースと天気");
        assert_eq!(guess(&japanese, true), SHIFT_JIS);
        let (chinese, ..) = GBK.encode("书签列表，新闻和天气预报，中文网站");
        assert_eq!(guess(&chinese, true), GBK);
    }
}
