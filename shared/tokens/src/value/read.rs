//! Reads `$value` by its type, and follows references as it comes to them. What is referred to has been read
//! before, so that no chain of references takes more than a step.

mod composite;
mod simple;

use std::collections::HashMap;
use std::sync::Arc;

use super::{Part, Resolved, Value};
use crate::diagnostic::Diagnostics;
use crate::json::{Json, Object};
use crate::limits::MAX_ITEMS;
use crate::pointer::Pointer;
use crate::reference::Reference;
use crate::token_type::TokenType;
use crate::tree::{NodeId, Tree};

pub(crate) struct ValueReader<'a, 'd> {
    pub(crate) tree: &'a Tree<'d>,
    /// The place of each token among the tokens.
    pub(crate) places: &'a HashMap<NodeId, usize>,
    /// The tokens that have been read, by their places; none of one at fault.
    pub(crate) resolved: Vec<Option<Resolved>>,
    /// Resolved values as JSON, of tokens to whose parts others refer.
    pub(crate) texts: HashMap<usize, Json>,
    pub(crate) errors: &'a mut Diagnostics,
    pub(crate) warnings: &'a mut Diagnostics,
}

/// The target of a reference.
enum Referent {
    Token(usize),
    Fragment(Json),
}

/// Which notation a place takes.
#[derive(Clone, Copy, PartialEq)]
enum Notation {
    Either,
    /// JSON pointers alone.
    Pointer,
}

/// The kind of a part: how it is read, and which tokens it may refer to.
struct Kind<T> {
    token_type: TokenType,
    of_value: fn(&Value) -> Option<T>,
    notation: Notation,
}

impl<'d> ValueReader<'_, 'd> {
    /// Reads the whole value of a token.
    pub(crate) fn whole(&mut self, json: &Json, at: &Pointer<'_>, token_type: TokenType) -> Option<Resolved> {
        if let Some(reference) = Reference::parse(json) {
            return match self.follow(&reference, json, at)? {
                Referent::Token(place) => {
                    let value = self.resolved[place].as_ref().map(|resolved| Arc::clone(&resolved.value))?;
                    if value.token_type() != token_type {
                        self.report_type(&reference, at, value.token_type(), token_type);
                        return None;
                    }
                    Some(Part { value, alias: Some(place) })
                }
                Referent::Fragment(fragment) => {
                    let value = self.literal(&fragment, at, token_type)?;
                    Some(Part { value: Arc::new(value), alias: None })
                }
            };
        }
        let value = self.literal(json, at, token_type)?;
        Some(Part { value: Arc::new(value), alias: None })
    }

    fn literal(&mut self, json: &Json, at: &Pointer<'_>, token_type: TokenType) -> Option<Value> {
        Some(match token_type {
            TokenType::Color => Value::Color(self.color(json, at)?),
            TokenType::Dimension => Value::Dimension(self.dimension(json, at)?),
            TokenType::FontFamily => Value::FontFamily(self.font_family(json, at)?),
            TokenType::FontWeight => Value::FontWeight(self.font_weight(json, at)?),
            TokenType::Duration => Value::Duration(self.positive_duration(json, at)?),
            TokenType::CubicBezier => Value::CubicBezier(self.cubic_bezier(json, at)?),
            TokenType::Number => Value::Number(self.number(json, at)?),
            TokenType::StrokeStyle => Value::StrokeStyle(self.stroke_style(json, at)?),
            TokenType::Border => Value::Border(self.border(json, at)?),
            TokenType::Transition => Value::Transition(self.transition(json, at)?),
            TokenType::Shadow => Value::Shadow(self.shadows(json, at)?),
            TokenType::Gradient => Value::Gradient(self.gradient(json, at)?),
            TokenType::Typography => Value::Typography(self.typography(json, at)?),
        })
    }

    /// Reads a part that is written out, refers to a token, or to a part of one.
    fn part<T>(
        &mut self,
        json: &Json,
        at: &Pointer<'_>,
        kind: &Kind<T>,
        read: impl FnOnce(&mut Self, &Json, &Pointer<'_>) -> Option<T>,
    ) -> Option<Part<T>> {
        let Some(reference) = Reference::parse(json) else {
            return read(self, json, at).map(|value| Part { value, alias: None });
        };
        if kind.notation == Notation::Pointer && matches!(reference, Reference::Curly(_)) {
            self.report(at, "Braces stand for whole values; here {\"$ref\": \"#/…\"} is needed.");
            return None;
        }
        match self.follow(&reference, json, at)? {
            Referent::Fragment(fragment) => {
                read(self, &fragment, at).map(|value| Part { value, alias: None })
            }
            Referent::Token(place) => {
                let value = self.resolved[place].as_ref().map(|resolved| Arc::clone(&resolved.value))?;
                if value.token_type() != kind.token_type {
                    self.report_type(&reference, at, value.token_type(), kind.token_type);
                    return None;
                }
                let Some(value) = (kind.of_value)(&value) else {
                    self.report(at, "A list has no list among its items.");
                    return None;
                };
                Some(Part { value, alias: Some(place) })
            }
        }
    }

    /// Returns true if a reference leads to a token or a part of one; if not, [`Self::whole`] says why.
    pub(crate) fn leads_anywhere(&self, reference: &Reference<'_>) -> bool {
        let node = reference.target().ok().and_then(|target| self.tree.find(&target.path));
        node.is_some_and(|node| self.places.contains_key(&node))
    }

    /// Finds what a reference leads to. It is silent about one that leads to a token at fault.
    fn follow(&mut self, reference: &Reference<'_>, json: &Json, at: &Pointer<'_>) -> Option<Referent> {
        let at_reference = at.member("$ref");
        let place = if matches!(reference, Reference::Pointer(_)) { &at_reference } else { at };
        if json.as_object().is_some_and(|object| object.0.len() > 1) {
            self.report(at, "A value with \"$ref\" has no other members.");
            return None;
        }
        let target = match reference.target() {
            Ok(target) => target,
            Err(detail) => {
                self.report(place, detail);
                return None;
            }
        };
        let Some(node) = self.tree.find(&target.path) else {
            self.report(place, format!("There is no token {:?}.", target.path.join(".")));
            return None;
        };
        let Some(&token) = self.places.get(&node) else {
            let has_root = self.tree.child(node, "$root").is_some();
            let hint = if has_root { " Its \"$root\" is named as {\"$ref\": \"#/…/$root\"}." } else { "" };
            self.report(place, format!("{:?} is a group, not a token.{hint}", target.path.join(".")));
            return None;
        };
        if target.part.is_empty() {
            return Some(Referent::Token(token));
        }
        let resolved = self.resolved[token].as_ref()?;
        let text = self.texts.entry(token).or_insert_with(|| resolved.value.to_json());
        match part_of(text, &target.part) {
            Some(fragment) => Some(Referent::Fragment(fragment.clone())),
            None => {
                self.report(place, format!("{:?} has no such part.", target.path.join(".")));
                None
            }
        }
    }

    fn report(&mut self, at: &Pointer<'_>, detail: impl Into<String>) {
        self.errors.add(at, detail);
    }

    fn report_type(&mut self, reference: &Reference<'_>, at: &Pointer<'_>, is: TokenType, wanted: TokenType) {
        let at_reference = at.member("$ref");
        let place = if matches!(reference, Reference::Pointer(_)) { &at_reference } else { at };
        self.report(
            place,
            format!("This refers to a token of type {is}; here one of type {wanted} is needed."),
        );
    }

    /// The members of an object that has all of the required ones and none beside the optional ones.
    fn members<'j>(
        &mut self,
        json: &'j Json,
        at: &Pointer<'_>,
        subject: &str,
        required: &[&str],
        optional: &[&str],
    ) -> Option<&'j Object> {
        let Some(object) = json.as_object() else {
            self.report(at, format!("{subject} is an object with {}, not {}.", list(required), json.kind()));
            return None;
        };
        for (name, _) in object.iter() {
            if !required.contains(&name) && !optional.contains(&name) {
                self.report(&at.member(name), format!("{subject} has no member {name:?}."));
            }
        }
        let missing: Vec<&str> = required.iter().copied().filter(|name| object.get(name).is_none()).collect();
        if !missing.is_empty() {
            self.report(at, format!("{subject} needs {}, which {} missing.", list(&missing), are(&missing)));
        }
        Some(object)
    }

    /// The items of an array, of which there is at least one and not more than are taken.
    fn items<'j>(&mut self, json: &'j Json, at: &Pointer<'_>, subject: &str) -> Option<&'j [Json]> {
        let Some(items) = json.as_array() else {
            self.report(at, format!("{subject} is an array, not {}.", json.kind()));
            return None;
        };
        if items.is_empty() {
            self.report(at, format!("{subject} has at least one item."));
            return None;
        }
        if items.len() > MAX_ITEMS {
            self.report(at, format!("{subject} has {} items; at most {MAX_ITEMS} are taken.", items.len()));
            return None;
        }
        Some(items)
    }
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

fn are(names: &[&str]) -> &'static str {
    if names.len() == 1 { "is" } else { "are" }
}

/// The place within a value to which the segments of a pointer lead.
fn part_of<'j>(json: &'j Json, segments: &[String]) -> Option<&'j Json> {
    segments.iter().try_fold(json, |json, segment| match json {
        Json::Object(object) => object.get(segment),
        // RFC 6901 knows no leading zeros and no signs.
        Json::Array(items)
            if segment == "0" || segment.starts_with(|first: char| ('1'..='9').contains(&first)) =>
        {
            segment.parse().ok().and_then(|index: usize| items.get(index))
        }
        _ => None,
    })
}
