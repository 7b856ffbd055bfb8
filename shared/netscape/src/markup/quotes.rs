//! Where a quoted value ends whose quotation marks an exporter did not escape, or did not write.

use super::{Element, is_attribute_name, is_space, name_end};
use crate::key::Key;
use memchr::{memchr, memchr_iter};

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
