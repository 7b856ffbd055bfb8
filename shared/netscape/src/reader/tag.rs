//! The attributes of the tags that begin entries.

use super::advance::Progress;
use super::{Mode, Reader};
use crate::key::{Key, Name};
use crate::markup::{self, Attribute, Element, Quote};
use crate::{Error, limits};
use std::io::Read;
use std::ops::Range;

/// Length of the text after a value that is looked at, to see whether the value can end there.
const FOLLOWING: usize = 1_024;

/// The ends of a value and of its attribute.
struct Value {
    value: Range<usize>,
    end: usize,
    is_mended: bool,
    /// The true end of the value has been looked for in vain.
    is_lost: bool,
}

impl<R: Read> Reader<R> {
    pub(super) fn attributes(&mut self) -> Result<Progress, Error> {
        loop {
            let window = self.source.window();
            let is_filler = |byte: u8| markup::is_space(byte) || byte == b'/';
            let Some(filler) = window.iter().position(|&byte| !is_filler(byte)) else {
                return Ok(self.skip_window());
            };
            self.source.consume(filler);
            let window = self.source.window();
            // A `<` begins another tag; this one does not end.
            if matches!(window[0], b'>' | b'<') {
                if !self.knows_separators() {
                    return Ok(Progress::Stuck);
                }
                let length = usize::from(self.source.window()[0] == b'>');
                self.source.consume(length);
                return self.complete_tag().map(|()| Progress::Made);
            }
            match markup::attribute(window) {
                Attribute::Whole { name, value, end, quote } => {
                    let Some(found) = self.value(value, end, quote) else { return Ok(Progress::Stuck) };
                    let Value { value, end, is_mended, is_lost } = found;
                    if name == Name::Usual(Key::Icon) && !self.keeps_icons {
                        let offsets = self.source.offset(value.start).zip(self.source.offset(value.end));
                        self.attributes.set_icon(offsets.map(|(start, end)| start..end));
                    } else if is_mended {
                        self.attributes.push_mended(name, &window[value]);
                    } else {
                        self.attributes.push(name, &window[value]);
                    }
                    self.cannot_mend |= is_lost;
                    self.source.consume(end);
                }
                Attribute::InValue { name, value, quote } => {
                    let icon = name == Name::Usual(Key::Icon) && !self.keeps_icons;
                    if self.source.ended() {
                        let text = &window[value..];
                        let mended = markup::missing_mark(text).filter(|_| matches!(quote, Quote::Mark(_)));
                        let Some(length) = mended else { return Ok(Progress::Stuck) };
                        if !icon {
                            self.attributes.push_mended(name, &text[..length]);
                        }
                        self.source.consume(value + length);
                        continue;
                    }
                    let cut = window.len() - value > limits::FIELD_BYTES;
                    if !(icon || cut) {
                        return Ok(Progress::Stuck);
                    }
                    if !icon {
                        self.attributes.push(name, &window[value..]);
                    }
                    let icon = self.source.offset(value).filter(|_| icon);
                    self.mode = Mode::Value { quote, icon };
                    return Ok(self.skip_window());
                }
                Attribute::Partial if window.len() > limits::FIELD_BYTES => {
                    self.attributes.push(Name::Other(window), b"");
                    return Ok(self.skip_window());
                }
                Attribute::Partial => return Ok(Progress::Stuck),
            }
        }
    }

    /// Sees to it that the value ends where it should. `None` if that takes more text.
    fn value(&self, value: Range<usize>, end: usize, quote: Quote) -> Option<Value> {
        let as_written = |value| Some(Value { value, end, is_mended: false, is_lost: false });
        let Quote::Mark(mark) = quote else { return as_written(value) };
        let window = self.source.window();
        let following = &window[end..];
        match markup::goes_on(&following[..following.len().min(FOLLOWING)]) {
            Some(true) => return as_written(value),
            None if following.len() < FOLLOWING && !self.source.ended() => return None,
            _ if self.cannot_mend => return as_written(value),
            _ => {}
        }
        if following.len() < limits::VALUE_AHEAD && !self.source.ended() {
            return None;
        }
        let ahead = &window[value.start..end + following.len().min(limits::VALUE_AHEAD)];
        Some(match markup::mend(ahead, value.len(), mark) {
            Some((length, next)) => Value {
                value: value.start..value.start + length,
                end: value.start + next,
                is_mended: true,
                is_lost: false,
            },
            None => Value { value, end, is_mended: false, is_lost: true },
        })
    }

    /// Returns whether it is known what separates this entry's tags; the text that follows may have to tell.
    fn knows_separators(&mut self) -> bool {
        if self.tag.element != Element::A || !self.tree.asks_for_separators(&self.attributes) {
            return true;
        }
        let window = self.source.window();
        if window.len() < limits::TAGS_AHEAD && !self.source.ended() {
            return false;
        }
        let ahead = &window[..window.len().min(limits::TAGS_AHEAD)];
        self.tree.learn_separators(&self.attributes, ahead);
        true
    }

    pub(super) fn value_rest(&mut self, quote: Quote, icon: Option<u64>) -> Progress {
        let Some(length) = quote.value_end(self.source.window()) else { return self.skip_window() };
        if icon.is_some() {
            let offsets = icon.zip(self.source.offset(length));
            self.attributes.set_icon(offsets.map(|(start, end)| start..end));
        }
        self.source.consume(length + quote.length());
        self.mode = Mode::Attributes;
        Progress::Made
    }

    /// The file ends within the tag of an entry. With the attributes before that it is an entry still.
    pub(super) fn cut_tag(&mut self) -> Result<(), Error> {
        let rest = match self.mode {
            Mode::Value { icon: Some(_), .. } => b"icon",
            _ => self.source.window(),
        };
        if self.attributes.len() == 0 && self.attributes.icon().is_none() {
            let name = match self.tag.element {
                Element::A => "<a ".to_owned(),
                Element::Heading(level) => format!("<h{level} "),
                _ => "<hr ".to_owned(),
            };
            let mut quotation = crate::warning::Quotation::default();
            quotation.push(name.as_bytes(), crate::text::Context::Name);
            quotation.push(rest, crate::text::Context::Attribute);
            self.cut = Some(quotation.as_str().to_owned());
            self.mode = Mode::Text;
        } else {
            self.attributes.end_early(rest);
            self.cut = Some(String::new());
            self.complete_tag()?;
        }
        self.skip_window();
        Ok(())
    }
}
