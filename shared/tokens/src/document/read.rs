use super::{Deprecated, Document, Group, Node, Notes, OwnType, Token, Written};
use crate::EXTENSION;
use crate::diagnostic::Diagnostics;
use crate::json::{Json, Object};
use crate::limits::{MAX_DEPTH, MAX_PATH_BYTES};
use crate::pointer::Pointer;
use crate::token_type::TokenType;

/// Reads groups and tokens, and reports each fault that shows without following a reference.
pub(crate) fn read(json: Json, diagnostics: &mut Diagnostics) -> Document {
    let mut reader = Reader { diagnostics };
    let Json::Object(mut root) = json else {
        reader.report(&Pointer::ROOT, format!("A document is an object, not {}.", json.kind()));
        return Document::default();
    };
    let mut schema = None;
    if let Some(place) = root.0.iter().position(|(name, _)| name == "$schema") {
        let (_, value) = root.0.remove(place);
        schema = reader.text(value, &Pointer::ROOT.member("$schema"));
    }
    match is_token(&root) {
        false => Document { schema, root: reader.group(root, &Pointer::ROOT, Place { depth: 0, bytes: 0 }) },
        true => {
            reader.report(&Pointer::ROOT, "A document is a group; put the token into a member with a name.");
            Document::default()
        }
    }
}

pub(crate) fn is_token(object: &Object) -> bool {
    object.iter().any(|(name, _)| name == "$value" || name == "$ref")
}

/// How far in a group is, and how long its path.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    bytes: usize,
}

struct Reader<'a> {
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn report(&mut self, at: &Pointer<'_>, detail: impl Into<String>) {
        self.diagnostics.add(at, detail);
    }

    fn group(&mut self, object: Object, at: &Pointer<'_>, place: Place) -> Group {
        let mut group = Group::default();
        for (name, value) in object.0 {
            let at = at.member(&name);
            match name.as_str() {
                "$type" => group.own_type = self.own_type(&value, &at),
                "$extends" => group.extends = self.text(value, &at),
                "$root" => {
                    let is_group = value.as_object().is_some_and(|object| !is_token(object));
                    if is_group {
                        self.report(&at, "\"$root\" is a token and needs \"$value\".");
                    } else if let Some(node) = self.child(&name, value, &at, place) {
                        group.children.push((name.clone(), node));
                    }
                }
                reserved if reserved.starts_with('$') => {
                    self.note(&mut group.notes, reserved, value, &at, "a group");
                }
                _ => {
                    self.check_name(&name, &at);
                    if let Some(node) = self.child(&name, value, &at, place) {
                        group.children.push((name.clone(), node));
                    }
                }
            }
        }
        group
    }

    fn child(&mut self, name: &str, value: Json, at: &Pointer<'_>, place: Place) -> Option<Node> {
        let Json::Object(object) = value else {
            let detail =
                format!("A member of a group is a token or a group, an object, not {}.", value.kind());
            self.report(at, detail);
            return None;
        };
        let dot = usize::from(place.depth > 0);
        let place = Place { depth: place.depth + 1, bytes: place.bytes + dot + name.len() };
        if place.depth > MAX_DEPTH {
            self.report(at, format!("Tokens are nested more than {MAX_DEPTH} deep here."));
            return None;
        }
        if place.bytes > MAX_PATH_BYTES {
            self.report(
                at,
                format!("The path has {} bytes; at most {MAX_PATH_BYTES} are taken.", place.bytes),
            );
            return None;
        }
        Some(match is_token(&object) {
            true => Node::Token(self.token(object, at)),
            false => Node::Group(self.group(object, at, place)),
        })
    }

    fn token(&mut self, object: Object, at: &Pointer<'_>) -> Token {
        let (mut own_type, mut notes) = (OwnType::None, Notes::default());
        let (mut value, mut reference) = (None, None);
        for (name, member) in object.0 {
            let at = at.member(&name);
            match name.as_str() {
                "$type" => own_type = self.own_type(&member, &at),
                "$value" => value = Some(member),
                "$ref" => reference = self.text(member, &at),
                "$root" => self.report(&at, "A token has no tokens within it, so no \"$root\"."),
                "$extends" => {
                    self.report(&at, "Only a group extends another; a token refers to one by its \"$value\".")
                }
                reserved if reserved.starts_with('$') => {
                    self.note(&mut notes, reserved, member, &at, "a token");
                }
                _ => {
                    let detail = "A token has no tokens within it, since its path would begin theirs: move \
                                  this out, or make the token the \"$root\" of a group.";
                    self.report(&at, detail);
                }
            }
        }
        let written = match (value, reference) {
            (Some(_), Some(reference)) => {
                self.report(&at.member("$ref"), "A token has either \"$value\" or \"$ref\".");
                Written::Reference(reference)
            }
            (Some(value), None) => Written::Value(value),
            (None, reference) => Written::Reference(reference.unwrap_or_default()),
        };
        Token { own_type, written, notes }
    }

    fn note(&mut self, notes: &mut Notes, name: &str, value: Json, at: &Pointer<'_>, owner: &str) {
        match (name, value) {
            ("$description", value) => notes.description = self.text(value, at),
            ("$deprecated", Json::Bool(flag)) => notes.deprecated = Some(Deprecated::Flag(flag)),
            ("$deprecated", Json::String(reason)) => notes.deprecated = Some(Deprecated::Reason(reason)),
            ("$deprecated", value) => {
                self.report(at, format!("This is true, false or a text, not {}.", value.kind()));
            }
            ("$extensions", Json::Object(extensions)) => {
                self.check_extension(&extensions, at);
                notes.extensions = Some(extensions.into());
            }
            ("$extensions", value) => {
                self.report(at, format!("Extensions are an object, not {}.", value.kind()))
            }
            (name, value) if value.as_object().is_some_and(is_token) => {
                self.report(at, format!("A name does not begin with \"$\", as {name:?} does."));
            }
            (name, _) => self.report(at, format!("{name:?} is no member of {owner} in this format.")),
        }
    }

    /// The members of our own extension, which become columns.
    fn check_extension(&mut self, extensions: &Object, at: &Pointer<'_>) {
        let at = at.member(EXTENSION);
        let ours = match extensions.get(EXTENSION) {
            None => return,
            Some(Json::Object(ours)) => ours,
            Some(other) => {
                return self.report(&at, format!("This extension is an object, not {}.", other.kind()));
            }
        };
        let confidence = ours.get("confidence");
        if confidence.is_some_and(|json| !json.as_f64().is_some_and(|number| (0.0..=1.0).contains(&number))) {
            self.report(&at.member("confidence"), "A confidence is a number from 0 to 1.");
        }
        if ours.get("role").is_some_and(|json| json.as_str().is_none()) {
            self.report(&at.member("role"), "A role is a text.");
        }
    }

    fn own_type(&mut self, value: &Json, at: &Pointer<'_>) -> OwnType {
        let Some(name) = value.as_str() else {
            self.report(at, format!("A type is a text, not {}.", value.kind()));
            return OwnType::Faulty;
        };
        if let Some(known) = TokenType::from_name(name) {
            return OwnType::Known(known);
        }
        let names = TokenType::ALL.map(TokenType::as_str);
        let alike = names.into_iter().find(|known| known.eq_ignore_ascii_case(name));
        let hint = alike.map_or_else(|| names.join(", "), |alike| format!("{alike:?}, in this spelling"));
        self.report(at, format!("{name:?} is no type of the format; it has {hint}."));
        OwnType::Faulty
    }

    fn text(&mut self, value: Json, at: &Pointer<'_>) -> Option<String> {
        match value {
            Json::String(text) => Some(text),
            other => {
                self.report(at, format!("This is a text, not {}.", other.kind()));
                None
            }
        }
    }

    fn check_name(&mut self, name: &str, at: &Pointer<'_>) {
        if name.contains(['.', '{', '}']) {
            self.report(at, "A name has no dot and no braces, since references are written with them.");
        } else if name.trim().is_empty() {
            self.report(at, "A name has at least one character that can be seen.");
        } else if name.chars().any(char::is_control) {
            self.report(at, "A name has no control characters.");
        }
    }
}
