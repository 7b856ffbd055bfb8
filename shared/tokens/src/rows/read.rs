use super::{ColorRow, OtherRow, Rows, RowsError, SpacingRow, TokenColumns, TypographyRow};
use crate::TokenType;
use crate::document::{Deprecated, Document, Group, Node, Notes, OwnType, Token, Written};
use crate::json::{Json, Object};
use crate::value::object;

impl Rows {
    /// The document that the rows are of. It may be at fault if somebody has changed them by hand.
    ///
    /// # Errors
    ///
    /// A type that there is not, a group below a token.
    pub fn document(&self) -> Result<Document, RowsError> {
        let mut nodes = Vec::new();
        for row in &self.color_tokens {
            nodes.push((&row.token, row.token.token(Some(TokenType::Color), &row.value())));
        }
        for row in &self.spacing_tokens {
            nodes.push((&row.token, row.token.token(Some(TokenType::Dimension), &row.value())));
        }
        for row in &self.typography_tokens {
            nodes.push((&row.token, row.token.token(Some(TokenType::Typography), &row.value())));
        }
        for row in &self.other_tokens {
            nodes.push((&row.token, row.node()?));
        }
        nodes.sort_by_key(|(token, _)| token.position);
        let mut document = Document::default();
        for (columns, node) in nodes {
            if columns.path.is_empty() {
                document.schema = columns.member("$schema");
                if let Node::Group(group) = node {
                    let children = std::mem::take(&mut document.root.children);
                    document.root = Group { children, ..group };
                }
            } else {
                let names: Vec<&str> = columns.path.split('.').collect();
                insert(&mut document.root, &names, node).map_err(|detail| columns.error(detail))?;
            }
        }
        Ok(document)
    }
}

fn insert(group: &mut Group, names: &[&str], node: Node) -> Result<(), &'static str> {
    let Some((name, rest)) = names.split_first() else { return Ok(()) };
    // Rows in the order of the document always go on where the last one was.
    let is_last = group.children.last().is_some_and(|(last, _)| last == name);
    let place = match is_last {
        true => Some(group.children.len() - 1),
        false => group.children.iter().position(|(present, _)| present == name),
    };
    match (place.map(|place| &mut group.children[place].1), rest.is_empty(), node) {
        (None, true, node) => group.children.push(((*name).to_owned(), node)),
        (None, false, node) => {
            let mut created = Group::default();
            insert(&mut created, rest, node)?;
            group.children.push(((*name).to_owned(), Node::Group(created)));
        }
        (Some(Node::Group(present)), false, node) => insert(present, rest, node)?,
        (Some(Node::Group(present)), true, Node::Group(group)) => {
            let children = std::mem::take(&mut present.children);
            *present = Group { children, ..group };
        }
        (Some(_), true, _) => return Err("has a path that another row has, too"),
        (Some(Node::Token(_)), false, _) => return Err("has a path that begins with another token's"),
    }
    Ok(())
}

impl TokenColumns {
    fn error(&self, detail: &'static str) -> RowsError {
        RowsError { path: self.path.clone(), detail }
    }

    /// A text among the members of `written`.
    fn member(&self, name: &str) -> Option<String> {
        self.written.as_ref()?.as_object()?.get(name)?.as_str().map(str::to_owned)
    }

    /// `$value` or `$ref` of a token whose own columns say `typed`.
    pub(super) fn rebuild(&self, typed: &Json) -> Written {
        if let Some(reference) = self.member("$ref") {
            return Written::Reference(reference);
        }
        let written = self.written.as_ref().and_then(|json| json.as_object()?.get("$value"));
        match (written, &self.alias) {
            (Some(value), _) => Written::Value(value.clone()),
            (None, Some(alias)) => Written::Value(Json::String(format!("{{{alias}}}"))),
            (None, None) => Written::Value(typed.clone()),
        }
    }

    fn token(&self, token_type: Option<TokenType>, typed: &Json) -> Node {
        let own_type = token_type.filter(|_| self.own_type).map_or(OwnType::None, OwnType::Known);
        Node::Token(Token { own_type, written: self.rebuild(typed), notes: self.notes() })
    }

    fn notes(&self) -> Notes {
        let deprecated = match (&self.deprecated_reason, self.deprecated) {
            (Some(reason), _) => Some(Deprecated::Reason(reason.clone())),
            (None, flag) => flag.map(Deprecated::Flag),
        };
        Notes { description: self.description.clone(), deprecated, extensions: self.extensions.clone() }
    }
}

impl ColorRow {
    pub(super) fn value(&self) -> Json {
        let component = |number: &Option<f64>| number.map_or_else(|| Json::from("none"), Json::from);
        let mut value = Object::default();
        value.push("colorSpace", self.color_space.as_str());
        value.push("components", Json::Array(self.components.iter().map(component).collect()));
        if let Some(alpha) = self.alpha {
            value.push("alpha", alpha);
        }
        if let Some(hex) = &self.hex {
            value.push("hex", hex.as_str());
        }
        value.into()
    }
}

impl SpacingRow {
    pub(super) fn value(&self) -> Json {
        measure(self.value, &self.unit)
    }
}

impl TypographyRow {
    pub(super) fn value(&self) -> Json {
        let families = match self.font_family.as_slice() {
            [only] => Json::from(only.as_str()),
            names => Json::Array(names.iter().map(|name| Json::from(name.as_str())).collect()),
        };
        object([
            ("fontFamily", families),
            ("fontSize", measure(self.font_size, &self.font_size_unit)),
            ("fontWeight", self.font_weight.into()),
            ("letterSpacing", measure(self.letter_spacing, &self.letter_spacing_unit)),
            ("lineHeight", self.line_height.into()),
        ])
    }
}

fn measure(value: f64, unit: &str) -> Json {
    object([("value", value.into()), ("unit", unit.into())])
}

impl OtherRow {
    fn node(&self) -> Result<Node, RowsError> {
        let token_type = match &self.token_type {
            None => None,
            Some(name) => Some(
                TokenType::from_name(name).ok_or_else(|| self.token.error("has a type that there is not"))?,
            ),
        };
        if self.is_group && self.token.member("$ref").is_none() {
            let own_type = token_type.filter(|_| self.token.own_type).map_or(OwnType::None, OwnType::Known);
            let (extends, notes) = (self.extends.clone(), self.token.notes());
            return Ok(Node::Group(Group { own_type, extends, notes, children: Vec::new() }));
        }
        Ok(self.token.token(token_type, self.value.as_ref().unwrap_or(&Json::Null)))
    }
}
