use super::{Deprecated, Document, Group, Node, Notes, OwnType, Token, Written};
use crate::json::{Json, Object};

impl Document {
    /// The document as JSON. What says something of a group stands before its children.
    pub fn to_json(&self) -> Json {
        let mut object = Object::default();
        if let Some(schema) = &self.schema {
            object.push("$schema", schema.as_str());
        }
        write_group(&self.root, &mut object);
        object.into()
    }
}

fn write_group(group: &Group, object: &mut Object) {
    write_type(group.own_type, object);
    if let Some(extends) = &group.extends {
        object.push("$extends", extends.as_str());
    }
    write_notes(&group.notes, object);
    for (name, node) in &group.children {
        let mut child = Object::default();
        match node {
            Node::Group(group) => write_group(group, &mut child),
            Node::Token(token) => write_token(token, &mut child),
        }
        object.push(name, child);
    }
}

fn write_token(token: &Token, object: &mut Object) {
    write_type(token.own_type, object);
    match &token.written {
        Written::Value(value) => object.push("$value", value.clone()),
        Written::Reference(reference) => object.push("$ref", reference.as_str()),
    }
    write_notes(&token.notes, object);
}

fn write_type(own_type: OwnType, object: &mut Object) {
    if let OwnType::Known(known) = own_type {
        object.push("$type", known.as_str());
    }
}

fn write_notes(notes: &Notes, object: &mut Object) {
    if let Some(description) = &notes.description {
        object.push("$description", description.as_str());
    }
    match &notes.deprecated {
        Some(Deprecated::Flag(flag)) => object.push("$deprecated", *flag),
        Some(Deprecated::Reason(reason)) => object.push("$deprecated", reason.as_str()),
        None => {}
    }
    if let Some(extensions) = &notes.extensions {
        object.push("$extensions", extensions.clone());
    }
}
