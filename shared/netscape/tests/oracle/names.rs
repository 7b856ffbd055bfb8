//! Kinds of elements and attributes by their names.

pub(super) const INLINE: &str = " abbr acronym b bdi bdo big blink cite code del dfn em font i ins kbd mark nobr q s \
                      samp small span strike strong sub sup tt u var wbr ";
pub(super) const BLOCK: &str = " address article aside blockquote br caption center dir div figcaption figure footer \
                     header main menu nav p pre section table tbody td tfoot th thead tr ";
pub(super) const PAGE: &str = " base body head html link meta ";
pub(super) const FORMATTING: &str =
    " align border class color dir face height id lang loading rel size style target valign width ";
pub(super) const LISTS: &str = " dd dl dt hr li ul ol a h1 h2 h3 h4 h5 h6 ";

pub(super) fn is_in(set: &str, name: &str) -> bool {
    !name.is_empty() && !name.contains(' ') && set.contains(&format!(" {name} "))
}

pub(super) fn is_heading(name: &str) -> bool {
    is_in(" h1 h2 h3 h4 h5 h6 ", name)
}

pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0C')
}
