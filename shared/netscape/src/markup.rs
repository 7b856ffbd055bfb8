//! The pieces of markup, by the tokenizer rules of the WHATWG HTML standard (section 13.2.5), as functions of
//! the bytes at hand. Each says when it needs more of them.

use crate::key::{Key, Name};
use crate::limits;
use memchr::{memchr, memchr_iter, memchr2};
use std::ops::Range;

/// The elements that are distinguished. All but the last two are known to be markup wherever they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    A,
    Dd,
    Dl,
    Dt,
    /// `h1` to `h6`, by their level.
    Heading(u8),
    Hr,
    Li,
    /// `ul`, `ol`.
    List,
    Img,
    /// It only says how text looks.
    Inline,
    /// It also begins a line.
    Block,
    /// It belongs to a page and not to text: `html`, `body`, `meta`.
    Page,
    /// Its content is no markup and is not shown: `script`, `style`, `textarea`, `title`.
    Raw(&'static str),
    Other,
}

impl Element {
    pub(crate) fn from_name(name: &[u8]) -> Self {
        const LONGEST: usize = 10;
        let mut lower = [0; LONGEST];
        let Some(lower) = lower.get_mut(..name.len()) else { return Self::Other };
        lower.copy_from_slice(name);
        lower.make_ascii_lowercase();
        match &*lower {
            b"a" => Self::A,
            b"dd" => Self::Dd,
            b"dl" => Self::Dl,
            b"dt" => Self::Dt,
            [b'h', level @ b'1'..=b'6'] => Self::Heading(level - b'0'),
            b"hr" => Self::Hr,
            b"li" => Self::Li,
            b"ul" | b"ol" => Self::List,
            b"img" => Self::Img,
            b"abbr" | b"acronym" | b"b" | b"bdi" | b"bdo" | b"big" | b"blink" | b"cite" | b"code"
            | b"del" | b"dfn" | b"em" | b"font" | b"i" | b"ins" | b"kbd" | b"mark" | b"nobr" | b"q"
            | b"s" | b"samp" | b"small" | b"span" | b"strike" | b"strong" | b"sub" | b"sup" | b"tt"
            | b"u" | b"var" | b"wbr" => Self::Inline,
            b"address" | b"article" | b"aside" | b"blockquote" | b"br" | b"caption" | b"center" | b"dir"
            | b"div" | b"figcaption" | b"figure" | b"footer" | b"header" | b"main" | b"menu" | b"nav"
            | b"p" | b"pre" | b"section" | b"table" | b"tbody" | b"td" | b"tfoot" | b"th" | b"thead"
            | b"tr" => Self::Block,
            b"base" | b"body" | b"head" | b"html" | b"link" | b"meta" => Self::Page,
            b"script" => Self::Raw("script"),
            b"style" => Self::Raw("style"),
            b"textarea" => Self::Raw("textarea"),
            b"title" => Self::Raw("title"),
            _ => Self::Other,
        }
    }
}

/// Attributes that only say how an element looks or how its link opens. A tag in a text that has others may
/// be text.
const FORMATTING: [&str; 16] = [
    "align", "border", "class", "color", "dir", "face", "height", "id", "lang", "loading", "rel", "size",
    "style", "target", "valign", "width",
];

/// The kind of markup that a `<` begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// Nothing: it is text.
    Text,
    StartTag,
    EndTag,
    Comment,
    /// `<!DOCTYPE`; ends at the next `>`.
    Doctype,
    /// `<?`, `</` before anything but a letter, and the like; ends at the next `>`.
    Bogus,
    /// The text ends before that can be said.
    Partial,
}

/// Says what the `<` at the start of `text` begins. `ended` says that no more text follows.
pub(crate) fn opening(text: &[u8], ended: bool) -> Opening {
    const DOCTYPE: &[u8] = b"<!doctype";
    let is_prefix =
        |whole: &[u8]| text.len() < whole.len() && !ended && whole[..text.len()].eq_ignore_ascii_case(text);
    match text {
        [_, byte, ..] if byte.is_ascii_alphabetic() => Opening::StartTag,
        [_, b'/', byte, ..] if byte.is_ascii_alphabetic() => Opening::EndTag,
        [_, b'/', _, ..] | [_, b'?', ..] => Opening::Bogus,
        [_, b'!', b'-', b'-', ..] => Opening::Comment,
        [_, b'!', ..] if is_prefix(b"<!--") || is_prefix(DOCTYPE) => Opening::Partial,
        [_, b'!', ..]
            if text.len() >= DOCTYPE.len() && text[..DOCTYPE.len()].eq_ignore_ascii_case(DOCTYPE) =>
        {
            Opening::Doctype
        }
        [_, b'!', ..] => Opening::Bogus,
        [_] | [_, b'/'] if !ended => Opening::Partial,
        _ => Opening::Text,
    }
}

/// HTML's white space. (CR is white space too, since it would have become LF.)
pub(crate) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0C)
}

/// The tags that stand around every bookmark, as browsers write them. Gives the element, whether it ends, and
/// the tag's length.
pub(crate) fn canonical_tag(text: &[u8]) -> Option<(Element, bool, usize)> {
    let (element, is_end) = match text.first_chunk()? {
        b"<DT>" => (Element::Dt, false),
        b"<DD>" => (Element::Dd, false),
        b"</A>" => (Element::A, true),
        _ => return None,
    };
    Some((element, is_end, 4))
}

/// Returns the end of a tag's name; `None` if it runs to the end of `text`.
pub(crate) fn name_end(text: &[u8]) -> Option<usize> {
    text.iter().position(|&byte| is_space(byte) || matches!(byte, b'/' | b'>' | b'<'))
}

/// The end of a tag whose attributes mean nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagEnd {
    /// After its `>`.
    After(usize),
    /// Before a `<`. That is not HTML's rule, but a quotation mark that an exporter did not escape must not
    /// swallow the next tags.
    Before(usize),
    /// Not in the text at hand.
    Beyond,
}

/// Finds the end of a tag, given the text after its name.
pub(crate) fn tag_end(text: &[u8]) -> TagEnd {
    let mut quote = None;
    let mut before = b' ';
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'<' => return TagEnd::Before(at),
            _ if quote == Some(byte) => quote = None,
            _ if quote.is_some() => {}
            b'>' => return TagEnd::After(at + 1),
            b'"' | b'\'' if before == b'=' => quote = Some(byte),
            _ => {}
        }
        if !is_space(byte) {
            before = byte;
        }
    }
    TagEnd::Beyond
}

/// Looks at each of the attributes in `text`, which is a tag from its name to its end. False as soon as
/// `visit` is, or if there is more to the tag than attributes with values.
pub(crate) fn all_attributes<'a>(text: &'a [u8], mut visit: impl FnMut(Name<'a>, &'a [u8]) -> bool) -> bool {
    let mut rest = text;
    loop {
        let filler = rest.iter().take_while(|&&byte| is_space(byte) || byte == b'/').count();
        rest = &rest[filler..];
        if matches!(rest, [] | [b'>', ..]) {
            return true;
        }
        let Attribute::Whole { name, value, end, .. } = attribute(rest) else { return false };
        if value.start == end || !visit(name, &rest[value]) {
            return false;
        }
        rest = &rest[end..];
    }
}

/// Returns whether an attribute only says how its element looks.
pub(crate) fn is_formatting(name: Name<'_>) -> bool {
    let Name::Other(name) = name else { return false };
    FORMATTING.iter().any(|other| name.eq_ignore_ascii_case(other.as_bytes()))
}

/// Returns whether this can be the name of an attribute. HTML allows nearly any, but names with quotation
/// marks or commas come of a value that was not escaped.
pub(crate) fn is_attribute_name(name: &[u8]) -> bool {
    let is_usual = |&byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | 0) || !byte.is_ascii()
    };
    !name.is_empty() && name.len() <= limits::NAME_BYTES && name.iter().all(is_usual)
}

/// An attribute at the start of the text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Attribute<'a> {
    Whole {
        name: Name<'a>,
        /// Empty for an attribute without value.
        value: Range<usize>,
        /// The attribute's length, with the closing quote.
        end: usize,
        quote: Quote,
    },
    /// The text ends within the value, which begins at `value`.
    InValue { name: Name<'a>, value: usize, quote: Quote },
    /// The text ends before the value.
    Partial,
}

/// The delimiter at the end of an attribute's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quote {
    Mark(u8),
    /// White space or the end of the tag.
    None,
}

impl Quote {
    /// Returns the end of the value at the start of `text`, before the quotation mark.
    pub(crate) fn value_end(self, text: &[u8]) -> Option<usize> {
        match self {
            Self::Mark(mark) => memchr(mark, text),
            Self::None => text.iter().position(|&byte| is_space(byte) || byte == b'>'),
        }
    }

    /// Returns the length of the delimiter itself.
    pub(crate) fn length(self) -> usize {
        match self {
            Self::Mark(_) => 1,
            Self::None => 0,
        }
    }
}

/// Reads the attribute at the start of `text`, which is neither white space nor `/` nor `>`.
pub(crate) fn attribute(text: &[u8]) -> Attribute<'_> {
    match Key::canonical(text) {
        Some((key, value)) => attribute_value(text, Name::Usual(key), value, Quote::Mark(b'"')),
        None => any_attribute(text).unwrap_or(Attribute::Partial),
    }
}

/// Reads an attribute in whatever form. Gives `None` if the text ends before the value.
fn any_attribute(text: &[u8]) -> Option<Attribute<'_>> {
    // A first `=` belongs to the name.
    let is_end = |&byte: &u8| is_space(byte) || matches!(byte, b'/' | b'>' | b'=' | b'<');
    let name_end = 1 + text.get(1..)?.iter().position(is_end)?;
    let bytes = &text[..name_end];
    let name = Key::from_name(bytes).map_or(Name::Other(bytes), Name::Usual);
    let after = skip_space(text, name_end)?;
    if text[after] != b'=' {
        return Some(Attribute::Whole { name, value: name_end..name_end, end: name_end, quote: Quote::None });
    }
    let value = skip_space(text, after + 1)?;
    Some(match text[value] {
        mark @ (b'"' | b'\'') => attribute_value(text, name, value + 1, Quote::Mark(mark)),
        _ => attribute_value(text, name, value, Quote::None),
    })
}

fn attribute_value<'a>(text: &[u8], name: Name<'a>, value: usize, quote: Quote) -> Attribute<'a> {
    match quote.value_end(&text[value..]) {
        Some(length) => {
            let value = value..value + length;
            let end = value.end + quote.length();
            Attribute::Whole { name, value, end, quote }
        }
        None => Attribute::InValue { name, value, quote },
    }
}

fn skip_space(text: &[u8], from: usize) -> Option<usize> {
    Some(from + text.get(from..)?.iter().position(|&byte| !is_space(byte))?)
}

/// The end of something that may run over many chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// After this many bytes.
    At(usize),
    /// Not in these bytes; this many of them need not be looked at again.
    Beyond(usize),
}

/// Finds the end of a comment, given the text after its `<!--`; `first` if the text begins right there.
pub(crate) fn comment_end(text: &[u8], first: bool, ended: bool) -> End {
    if first {
        match text {
            [b'>', ..] => return End::At(1),
            [b'-', b'>', ..] => return End::At(2),
            [] | [b'-'] if !ended => return End::Beyond(0),
            _ => {}
        }
    }
    for end in memchr_iter(b'>', text) {
        if text[..end].ends_with(b"--") || text[..end].ends_with(b"--!") {
            return End::At(end + 1);
        }
    }
    // The last three bytes may be the start of `--!>`.
    End::Beyond(text.len().saturating_sub(3))
}

/// Finds the end of a raw element's content: before its end tag, or before a `<DT>` or `<DL>`. The second is
/// not HTML's rule, but a script or title that does not end must not swallow the bookmarks.
pub(crate) fn raw_end(text: &[u8], element: &str) -> End {
    for start in memchr_iter(b'<', text) {
        let rest = &text[start + 1..];
        let starts_with = |prefix: &[u8], name: &str| {
            let length = prefix.len() + name.len();
            let Some(after) = rest.get(length) else {
                // Too short to say, so long as it fits what there is.
                let whole = [prefix, name.as_bytes()].concat();
                return (whole.len() >= rest.len() && whole[..rest.len()].eq_ignore_ascii_case(rest))
                    .then_some(false);
            };
            let fits =
                rest.starts_with(prefix) && rest[prefix.len()..length].eq_ignore_ascii_case(name.as_bytes());
            (fits && (is_space(*after) || matches!(after, b'/' | b'>'))).then_some(true)
        };
        let found = [starts_with(b"/", element), starts_with(b"", "dt"), starts_with(b"", "dl")];
        if found.contains(&Some(true)) {
            return End::At(start);
        }
        if found.contains(&Some(false)) {
            return End::Beyond(start);
        }
    }
    End::Beyond(text.len())
}

/// The length of a comment at the start of `text` if it ends in its line, within a title before that ends.
pub(crate) fn comment_in_line(text: &[u8], in_name: bool) -> Option<usize> {
    const START: usize = 4;
    let End::At(length) = comment_end(&text[START..], true, true) else { return None };
    let comment = &text[..START + length];
    let ends_name = |&start: &usize| {
        let rest = &comment[start + 1..];
        rest.len() > 2 && rest[0] == b'/' && matches!(rest[1] | 0x20, b'a' | b'h')
    };
    let is_in_line = memchr(b'\n', comment).is_none() && memchr(b'\r', comment).is_none();
    let is_whole = is_in_line && !(in_name && memchr_iter(b'<', comment).any(|start| ends_name(&start)));
    is_whole.then_some(comment.len())
}

/// Returns whether a tag that ended here is alone on the rest of its line, perhaps with a `<p>`, or followed
/// by another tag. That holds for the file's own tags; in a text, more text follows. `None` if the text at
/// hand does not say.
pub(crate) fn ends_line(text: &[u8], ended: bool) -> Option<bool> {
    let past_blanks = |text: &[u8]| text.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
    let mut rest = &text[past_blanks(text)..];
    if may_be_paragraph(rest) {
        match rest.get(PARAGRAPH.len()..) {
            Some(after) => rest = &after[past_blanks(after)..],
            None if !ended => return None,
            None => {}
        }
    }
    match rest.first() {
        None if !ended => None,
        None | Some(b'<' | b'\n' | b'\r') => Some(true),
        Some(_) => Some(false),
    }
}

const PARAGRAPH: &[u8] = b"<p>";

/// Returns whether the text starts with `<p>`, as far as it is known.
pub(crate) fn may_be_paragraph(text: &[u8]) -> bool {
    let known = text.len().min(PARAGRAPH.len());
    text[..known].eq_ignore_ascii_case(&PARAGRAPH[..known])
}

/// Looks from within a name for the tag that ends it, `</a>` or `</h3>` or so, before another entry begins.
/// Gives where it stands.
pub(crate) fn name_goes_on(text: &[u8], is_folder: bool) -> Option<usize> {
    for start in memchr_iter(b'<', text) {
        let rest = &text[start + 1..];
        let Some(end) = name_end(rest.strip_prefix(b"/").unwrap_or(rest)) else { break };
        let is_end = rest.starts_with(b"/");
        let name = &rest[usize::from(is_end)..][..end];
        let delimiter = rest[usize::from(is_end) + end];
        match (Element::from_name(name), is_end) {
            (Element::A, true) if !is_folder => return Some(start),
            (Element::Heading(_), true) if is_folder => return Some(start),
            (Element::A, false) if is_space(delimiter) => return None,
            (Element::Heading(_), false) if is_folder || is_space(delimiter) => return None,
            _ => {}
        }
    }
    None
}

/// The value of the charset that a `<meta>` in `text` declares, by the standard's prescan of a byte stream.
pub(crate) fn declared_charset(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    loop {
        rest = &rest[memchr(b'<', rest)?..];
        match opening(rest, true) {
            Opening::Comment => match comment_end(&rest[4..], true, true) {
                End::At(end) => rest = &rest[4 + end..],
                End::Beyond(_) => return None,
            },
            Opening::StartTag | Opening::EndTag => {
                let name_end = name_end(&rest[1..])? + 1;
                let is_meta = rest[1..name_end].eq_ignore_ascii_case(b"meta");
                let (charset, length) = tag_charset(&rest[name_end..]);
                if is_meta && charset.is_some() {
                    return charset;
                }
                rest = &rest[name_end + length..];
            }
            _ => rest = &rest[1..],
        }
    }
}

/// The charset among a tag's attributes, and the length of them.
fn tag_charset(text: &[u8]) -> (Option<&[u8]>, usize) {
    let mut at = 0;
    let mut charset = None;
    while let Some(skipped) = text[at..].iter().position(|&byte| !is_space(byte) && byte != b'/') {
        at += skipped;
        if text[at] == b'>' {
            return (charset, at + 1);
        }
        let Attribute::Whole { name, value, end, .. } = attribute(&text[at..]) else { break };
        let value = &text[at..][value];
        if let Name::Other(name) = name {
            if name.eq_ignore_ascii_case(b"charset") {
                charset = charset.or(Some(value));
            } else if name.eq_ignore_ascii_case(b"content") {
                charset = charset.or_else(|| charset_of_content(value));
            }
        }
        at += end;
    }
    (charset, text.len())
}

/// `Shift_JIS` of `text/html; charset=Shift_JIS`.
fn charset_of_content(content: &[u8]) -> Option<&[u8]> {
    const NAME: &[u8] = b"charset";
    let at = content.windows(NAME.len()).position(|window| window.eq_ignore_ascii_case(NAME))?;
    let value = content[at + NAME.len()..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let value = value.strip_prefix(b"\"").or(value.strip_prefix(b"'")).unwrap_or(value);
    let end = value.iter().position(|&byte| is_space(byte) || matches!(byte, b';' | b'"' | b'\''));
    Some(&value[..end.unwrap_or(value.len())])
}

/// Returns whether the end of the tag or another attribute follows a quoted value. `None` if the text at hand
/// does not say.
pub(crate) fn goes_on(text: &[u8]) -> Option<bool> {
    // So nearly all files have it.
    match text {
        [b'>', ..] => return Some(true),
        [b' ', rest @ ..] if Key::canonical(rest).is_some() => return Some(true),
        _ => {}
    }
    let mut rest = text;
    let mut is_apart = false;
    loop {
        let spaces = rest.iter().take_while(|&&byte| is_space(byte)).count();
        is_apart |= spaces > 0;
        rest = &rest[spaces..];
        match rest {
            [] => return None,
            [b'>' | b'<', ..] => return Some(true),
            [b'/', after @ ..] => {
                let spaces = after.iter().take_while(|&&byte| is_space(byte)).count();
                return after.get(spaces).map(|&byte| byte == b'>' || spaces > 0);
            }
            _ => {}
        }
        let length =
            rest.iter().position(|&byte| is_space(byte) || matches!(byte, b'/' | b'>' | b'=' | b'<'))?;
        if !is_attribute_name(&rest[..length]) {
            return Some(false);
        }
        match rest[length] {
            b'=' if is_apart => return Some(true),
            b'=' => return rest.get(length + 1).map(|byte| matches!(byte, b'"' | b'\'')),
            _ if !is_apart => return Some(false),
            _ => rest = &rest[length..],
        }
    }
}

/// Finds the true end of a quoted value, given the text from its start and where its quotation mark stands
/// first, since a tag cannot [go on](goes_on) there. Gives where the value ends and where the tag goes on.
pub(crate) fn mend(text: &[u8], first: usize, mark: u8) -> Option<(usize, usize)> {
    if let Some(end) = missing_mark(&text[..first]) {
        return Some((end, end));
    }
    let rest = &text[first..];
    let rest = &rest[..entry_tag(rest).unwrap_or(rest.len())];
    // From now on an attribute without a value is no sign: it looks like a word of the text.
    let ends = |after: &[u8]| {
        let spaces = after.iter().take_while(|&&byte| is_space(byte)).count();
        let after = &after[spaces..];
        let length = after.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        match &after[length..] {
            [b'=', b'"' | b'\'', ..] => length > 0,
            [b'>', ..] | [b'/', b'>', ..] => length == 0,
            _ => false,
        }
    };
    memchr_iter(mark, rest).find(|&at| ends(&rest[at + 1..])).map(|at| (first + at, first + at + 1))
}

/// Returns the end of a value that lacks its closing mark, if `text`, which runs to the next mark, is one.
pub(crate) fn missing_mark(text: &[u8]) -> Option<usize> {
    if let Some(tag) = entry_tag(text) {
        return Some(memchr(b'>', &text[..tag]).unwrap_or(tag));
    }
    // It holds the next attribute up to its mark.
    let name = text.strip_suffix(b"=")?;
    let start = name.iter().rposition(|&byte| is_space(byte))?;
    Key::from_name(&name[start + 1..]).map(|_| start)
}

/// Finds a tag that begins or ends an entry or a list.
fn entry_tag(text: &[u8]) -> Option<usize> {
    memchr_iter(b'<', text).find(|&start| {
        let rest = &text[start + 1..];
        let is_end = rest.starts_with(b"/");
        let name = &rest[usize::from(is_end)..];
        let Some(length) = name_end(name) else { return false };
        match Element::from_name(&name[..length]) {
            Element::A | Element::Heading(_) | Element::Hr => is_end || is_space(name[length]),
            Element::Dt | Element::Dl | Element::Dd => name[length] == b'>',
            _ => false,
        }
    })
}

/// The first two bytes of the first line end and what follows it; empty if there is none.
pub(crate) fn first_line_end(text: &[u8]) -> &[u8] {
    let start = memchr2(b'\n', b'\r', text).unwrap_or(text.len());
    &text[start..text.len().min(start + 2)]
}

/// Returns whether a doctype is the one of bookmark files, `NETSCAPE-Bookmark-file-1`.
pub(crate) fn is_bookmark_doctype(doctype: &[u8]) -> bool {
    const NAME: &[u8] = b"netscape-bookmark-file";
    let name = doctype[b"<!doctype".len().min(doctype.len())..].trim_ascii_start();
    name.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME))
}
