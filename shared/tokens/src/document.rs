//! A document as it is written: groups, tokens and their order, with references and `$extends` not followed.

mod read;
mod write;

use crate::json::Json;
use crate::reference::Reference;
use crate::token_type::TokenType;

pub(crate) use read::{is_token, read};

/// A document. Its values may be at fault until [`crate::Tokens`] has been made of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    pub(crate) schema: Option<String>,
    pub(crate) root: Group,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Group {
    pub(crate) own_type: OwnType,
    pub(crate) extends: Option<String>,
    pub(crate) notes: Notes,
    /// Their names differ.
    pub(crate) children: Vec<(String, Node)>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Group(Group),
    Token(Token),
}

/// Anything with `$value` or `$ref`. A `$ref` may lead to a group; then this is a group.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) own_type: OwnType,
    pub(crate) written: Written,
    pub(crate) notes: Notes,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Written {
    /// `$value`
    Value(Json),
    /// `$ref` in its place.
    Reference(String),
}

impl Written {
    /// Returns true if the whole of it refers to another token, or into one.
    pub(crate) fn is_reference(&self) -> bool {
        match self {
            Self::Value(value) => Reference::parse(value).is_some(),
            Self::Reference(_) => true,
        }
    }
}

/// `$type` of a token or a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum OwnType {
    #[default]
    None,
    Known(TokenType),
    /// It has been reported, so that nothing that follows from it needs to be.
    Faulty,
}

/// The members that tokens and groups have in common.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Notes {
    pub(crate) description: Option<String>,
    pub(crate) deprecated: Option<Deprecated>,
    pub(crate) extensions: Option<Json>,
}

/// `$deprecated` of a token or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deprecated {
    /// True, or false where a group is and this token is not.
    Flag(bool),
    /// True, and why.
    Reason(String),
}
