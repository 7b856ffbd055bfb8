//! Apple's property lists, in XML and binary, as tokens. A library that reads both (plist) takes texts of any
//! length and follows a list as often as the file refers to it, which here must have an end.

mod binary;
mod xml;

use crate::source::{Source, plain, read_up_to};
use crate::token::Tokens;
use crate::{Error, limits};

/// The tokens of a property list. A date is a text or number that is one; data is a text.
pub(crate) fn tokens<'a>(source: Source<'a>) -> Result<Box<dyn Tokens + Send + 'a>, Error> {
    // A binary one is read from its end.
    let data = read_up_to(&mut plain(source)?, limits::PLIST_BYTES + 1)?;
    if data.len() > limits::PLIST_BYTES {
        return Err(Error::TooLarge("A property list may have 24 MiB."));
    }
    if data.starts_with(binary::MAGIC) {
        Ok(Box::new(binary::Binary::new(data)?))
    } else {
        Ok(Box::new(xml::Xml::new(data)))
    }
}
