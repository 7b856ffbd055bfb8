//! Where markup begins and ends in a text, and what stands in it.

use super::names::{is_heading, is_space};
use crate::common::Pairs;
use html5gum::Tokenizer;
use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use netscape::limits;

/// Text as it is shown, from as it stands in a file.
pub(super) fn decoded(raw: &str) -> String {
    let mut out = String::new();
    let emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: html5gum::Span<()>| match event {
        CallbackEvent::String { value } => {
            Some(String::from_utf8(value.to_vec()).expect("UTF-8 stays UTF-8"))
        }
        _ => None,
    });
    // A `<` is literal here.
    let source = raw.replace('<', "&lt;");
    for text in Tokenizer::new_with_emitter(source.as_str(), emitter) {
        out.push_str(&text.expect("text in memory can be read"));
    }
    out
}

/// The attributes of a start tag.
pub(super) fn attributes(tag: &str) -> Pairs {
    let own = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8 stays UTF-8");
    let mut pairs = Pairs::new();
    let emitter = CallbackEmitter::new(move |event: CallbackEvent<'_>, _: html5gum::Span<()>| {
        match event {
            CallbackEvent::AttributeName { name } => pairs.push((own(name), String::new())),
            CallbackEvent::AttributeValue { value } => {
                pairs.last_mut().expect("a value follows a name").1 = own(value);
            }
            CallbackEvent::CloseStartTag { .. } => return Some(std::mem::take(&mut pairs)),
            _ => {}
        }
        None
    });
    let mut tags = Tokenizer::new_with_emitter(tag, emitter);
    tags.next().expect("a tag").expect("text in memory can be read")
}

/// CR-LF, LF-CR, CR and LF, each to LF.
pub(super) fn one_line_end(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let partner = match c {
            '\r' => '\n',
            '\n' => '\r',
            _ => {
                out.push(c);
                continue;
            }
        };
        chars.next_if_eq(&partner);
        out.push('\n');
    }
    out
}

/// Returns the end of a raw element's content: before its end tag, a `<dt>` or a `<dl>`.
pub(super) fn raw_end(text: &str, name: &str) -> usize {
    let lower = text.to_ascii_lowercase();
    let is_tag = |tail: &str, tag: &str| {
        tail.strip_prefix(tag).is_some_and(|rest| rest.starts_with([' ', '\t', '\n', '\x0C', '/', '>']))
    };
    let ends = |at: &usize| {
        is_tag(&lower[*at..], &format!("</{name}"))
            || is_tag(&lower[*at..], "<dt")
            || is_tag(&lower[*at..], "<dl")
    };
    lower.match_indices('<').map(|(at, _)| at).find(ends).unwrap_or(text.len())
}

/// The length of a comment, if it ends.
pub(super) fn comment_length(text: &str) -> Option<usize> {
    let inner = &text["<!--".len()..];
    if inner.starts_with('>') || inner.starts_with("->") {
        return text.find('>').map(|end| end + 1);
    }
    let ends = inner.match_indices('>').map(|(end, _)| end);
    let end = ends.into_iter().find(|&end| inner[..end].ends_with("--") || inner[..end].ends_with("--!"))?;
    Some("<!--".len() + end + 1)
}

/// `</` before anything but a letter.
pub(super) fn is_bogus_end(text: &str) -> bool {
    text.strip_prefix("</").is_some_and(|rest| !rest.is_empty())
}

/// Returns whether a name's end tag follows before another entry begins.
pub(super) fn name_goes_on(text: &str, is_folder: bool) -> bool {
    for (at, _) in text.match_indices('<') {
        let mut rest = &text[at + 1..];
        let is_end = rest.starts_with('/');
        if is_end {
            rest = &rest[1..];
        }
        let Some(length) = rest.find(|c: char| is_space(c) || matches!(c, '/' | '>' | '<')) else {
            return false;
        };
        let name = rest[..length].to_ascii_lowercase();
        let is_spaced = rest[length..].starts_with(is_space);
        let is_heading = is_heading(&name);
        if is_end && if is_folder { is_heading } else { name == "a" } {
            return true;
        }
        if !is_end && ((name == "a" && is_spaced) || (is_heading && (is_folder || is_spaced))) {
            return false;
        }
    }
    false
}

/// The length of the rest of an entry's tag after its name. None if it is garbled or does not end.
pub(super) fn entry_tag_length(rest: &str) -> Option<usize> {
    let (length, is_whole) = tag_length(rest)?;
    let inner = rest[..length].strip_suffix('>').filter(|_| is_whole)?;
    whole_attributes_or_flags(inner)?;
    Some(length)
}

/// Returns whether attributes are written without doubt, those without a value included.
pub(super) fn whole_attributes_or_flags(inner: &str) -> Option<()> {
    let mut rest = inner.trim_start_matches(|c| is_space(c) || c == '/');
    while !rest.is_empty() {
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.:".contains(c) || !c.is_ascii();
        let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        let after = rest[length..].trim_start_matches(is_space);
        if length == 0 || length > limits::NAME_BYTES {
            return None;
        }
        rest = match after.strip_prefix('=').map(|value| value.trim_start_matches(is_space)) {
            None if after.is_empty() || after.starts_with('/') || after.len() < rest[length..].len() => after,
            None => return None,
            Some(value) => match value.chars().next() {
                Some(mark @ ('"' | '\'')) => {
                    let (_, after) = value[1..].split_once(mark)?;
                    // Else it is to be seen whether the value ends there.
                    if !(after.is_empty() || after.starts_with(is_space) || begins_attribute(after)) {
                        return None;
                    }
                    after
                }
                _ => &value[value.find(is_space).unwrap_or(value.len())..],
            },
        };
        if rest.trim_start_matches(is_space).starts_with('/')
            && !rest.trim_matches(|c| is_space(c) || c == '/').is_empty()
        {
            return None;
        }
        rest = rest.trim_start_matches(|c| is_space(c) || c == '/');
    }
    Some(())
}

/// Returns whether a quoted attribute follows without a space.
pub(super) fn begins_attribute(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    rest.len() < text.len() && (rest.starts_with("=\"") || rest.starts_with("='"))
}

/// The attributes of a tag in a text, or none in it if there is more than attributes with values. None if it
/// is garbled.
pub(super) fn whole_attributes(inner: &str) -> Option<Option<Pairs>> {
    let bare = inner.strip_suffix('>').unwrap_or(inner);
    if bare.trim_matches(|c| is_space(c) || c == '/').is_empty() {
        return Some(Some(Pairs::new()));
    }
    whole_attributes_or_flags(bare)?;
    let pairs = attributes(&format!("<x {bare}>"));
    Some((pairs.iter().all(|(_, value)| !value.is_empty())).then_some(pairs))
}

/// A tag at the start of the text: its name in lower case, whether it ends an element, and the length up to
/// there.
pub(super) fn tag_name(text: &str) -> Option<(String, bool, usize)> {
    let is_end = text.starts_with("</");
    let start = if is_end { 2 } else { 1 };
    let rest = text.get(start..)?;
    if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let length = rest.find(|c: char| is_space(c) || matches!(c, '/' | '>' | '<')).unwrap_or(rest.len());
    Some((rest[..length].to_ascii_lowercase(), is_end, start + length))
}

/// The length of the rest of a tag after its name, and whether it ends with a `>`. None if nothing ends it.
pub(super) fn tag_length(rest: &str) -> Option<(usize, bool)> {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in rest.char_indices() {
        match (c, quote) {
            ('<', _) => return Some((at, false)),
            (_, Some(mark)) => quote = (c != mark).then_some(mark),
            ('>', None) => return Some((at + 1, true)),
            ('"' | '\'', None) if before == '=' => quote = Some(c),
            _ => {}
        }
        before = if is_space(c) { before } else { c };
    }
    None
}
