use std::collections::HashMap;

use super::{ColorRow, OtherRow, Rows, SpacingRow, TokenColumns, TypographyRow};
use crate::document::{Deprecated, Document, Group, Node, Notes, OwnType, Token, Written};
use crate::json::Json;
use crate::value::{Value, object};
use crate::{EXTENSION, ResolvedToken, Tokens};

impl Tokens {
    /// The document as rows.
    pub fn rows(&self) -> Rows {
        let tokens = self.tokens();
        let by_path = tokens.iter().map(|token| (token.path.as_str(), token)).collect();
        let mut writer = Writer { tokens, by_path, rows: Rows::default(), position: 0 };
        let Document { schema, root } = self.document();
        writer.group(root, String::new(), schema.as_deref());
        writer.rows
    }
}

struct Writer<'a> {
    tokens: &'a [ResolvedToken],
    by_path: HashMap<&'a str, &'a ResolvedToken>,
    rows: Rows,
    position: i32,
}

impl Writer<'_> {
    fn group(&mut self, group: &Group, path: String, schema: Option<&str>) {
        let has_members =
            group.own_type != OwnType::None || group.extends.is_some() || group.notes != Notes::default();
        let is_empty = group.children.is_empty() && !path.is_empty();
        if has_members || is_empty || schema.is_some() {
            let mut token = self.columns(&path, group.own_type, &group.notes);
            token.written = schema.map(|schema| object([("$schema", Json::from(schema))]));
            let (token_type, extends) = (name_of(group.own_type), group.extends.clone());
            self.rows.other_tokens.push(OtherRow { token, is_group: true, token_type, value: None, extends });
        }
        for (name, node) in &group.children {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            match node {
                Node::Group(group) => self.group(group, path, None),
                Node::Token(token) => self.token(token, &path),
            }
        }
    }

    fn token(&mut self, token: &Token, path: &str) {
        let mut columns = self.columns(path, token.own_type, &token.notes);
        let Some(resolved) = self.by_path.get(path) else {
            // A reference to a group.
            columns.written = Some(written_out(&token.written));
            let token_type = name_of(token.own_type);
            let row = OtherRow { token: columns, is_group: true, token_type, value: None, extends: None };
            return self.rows.other_tokens.push(row);
        };
        columns.alias = resolved.alias().map(|place| self.tokens[place].path.clone());
        match resolved.value() {
            Value::Color(color) => {
                let mut row = ColorRow {
                    token: columns,
                    color_space: color.space.as_str().to_owned(),
                    components: color.components,
                    alpha: color.alpha,
                    hex: color.hex.clone(),
                };
                row.token.complete(&row.value(), &token.written);
                self.rows.color_tokens.push(row);
            }
            Value::Dimension(dimension) => {
                let unit = dimension.unit.as_str().to_owned();
                let mut row = SpacingRow { token: columns, value: dimension.value, unit };
                row.token.complete(&row.value(), &token.written);
                self.rows.spacing_tokens.push(row);
            }
            Value::Typography(style) => {
                let mut row = TypographyRow {
                    token: columns,
                    font_family: style.font_family.value.names.clone(),
                    font_size: style.font_size.value.value,
                    font_size_unit: style.font_size.value.unit.as_str().to_owned(),
                    font_weight: style.font_weight.value.number,
                    letter_spacing: style.letter_spacing.value.value,
                    letter_spacing_unit: style.letter_spacing.value.unit.as_str().to_owned(),
                    line_height: style.line_height.value,
                };
                row.token.complete(&row.value(), &token.written);
                self.rows.typography_tokens.push(row);
            }
            other => {
                let token_type = Some(other.token_type().as_str().to_owned());
                let value = match &token.written {
                    Written::Value(value) if columns.alias.is_none() => Some(value.clone()),
                    _ => None,
                };
                columns.complete(value.as_ref().unwrap_or(&Json::Null), &token.written);
                let row = OtherRow { token: columns, is_group: false, token_type, value, extends: None };
                self.rows.other_tokens.push(row);
            }
        }
    }

    fn columns(&mut self, path: &str, own_type: OwnType, notes: &Notes) -> TokenColumns {
        let position = self.position;
        self.position += 1;
        let ours = notes.extensions.as_ref().and_then(|json| json.as_object()?.get(EXTENSION)?.as_object());
        let (deprecated, deprecated_reason) = match &notes.deprecated {
            None => (None, None),
            Some(Deprecated::Flag(flag)) => (Some(*flag), None),
            Some(Deprecated::Reason(reason)) => (Some(true), Some(reason.clone())),
        };
        TokenColumns {
            path: path.to_owned(),
            position,
            own_type: own_type != OwnType::None,
            alias: None,
            written: None,
            description: notes.description.clone(),
            deprecated,
            deprecated_reason,
            extensions: notes.extensions.clone(),
            confidence: ours.and_then(|ours| ours.get("confidence")?.as_f64()),
            role: ours.and_then(|ours| ours.get("role")?.as_str()).map(str::to_owned),
        }
    }
}

impl TokenColumns {
    /// Keeps what was written, where the columns would not give it back.
    fn complete(&mut self, typed: &Json, written: &Written) {
        if self.rebuild(typed) != *written {
            self.written = Some(written_out(written));
        }
    }
}

fn name_of(own_type: OwnType) -> Option<String> {
    if let OwnType::Known(known) = own_type { Some(known.as_str().to_owned()) } else { None }
}

fn written_out(written: &Written) -> Json {
    match written {
        Written::Value(value) => object([("$value", value.clone())]),
        Written::Reference(reference) => object([("$ref", Json::from(reference.as_str()))]),
    }
}
