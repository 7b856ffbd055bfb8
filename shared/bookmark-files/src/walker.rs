//! Goes over the entries of a structured file, those in folders after those folders have begun.

use netscape::limits::DEPTH;

use crate::Error;
use crate::fields::{Fields, Kept, quote};
use crate::token::{Token, Tokens, capture, expect, skip};

/// The parts of a format that hold entries.
#[derive(Debug)]
pub(crate) struct Shape {
    /// The names, in the file's object, of lists of entries, or of objects whose values are entries. Where
    /// there is none, the file itself is a list or an entry.
    pub(crate) lists: &'static [&'static str],
    /// The name, in a folder, of the list of what is in it.
    pub(crate) children: &'static str,
    /// Names in the file's object that say nothing about entries.
    pub(crate) ignored: &'static [&'static str],
}

/// An object of the file, whole but for its children.
#[derive(Debug, Default)]
pub(crate) struct Object {
    pub(crate) fields: Fields,
    /// It is among the children of another one.
    pub(crate) is_nested: bool,
    /// Index in [`Shape::lists`] of the list that it is in, at whatever depth.
    pub(crate) list: usize,
    /// Its name, where it is the value of an object.
    pub(crate) root: Option<String>,
    /// The numbers of its lists of children, which are one as a rule.
    pub(crate) opened: Vec<u32>,
    /// Its children.
    pub(crate) children: u32,
}

/// The part of an object that is kept, in a form with few bytes.
type KeptObject = (Kept, usize, Option<String>, Vec<u32>, u32);

impl Object {
    pub(crate) fn into_json(self) -> String {
        let Self { fields, list, root, opened, children, .. } = self;
        let kept: KeptObject = (fields.into_kept(), list, root, opened, children);
        // Texts can always be written.
        serde_json::to_string(&kept).unwrap_or_default()
    }

    pub(crate) fn from_json(json: &str) -> Self {
        let Ok((fields, list, root, opened, children)) = serde_json::from_str::<KeptObject>(json) else {
            return Self::default();
        };
        Self { fields: Fields::from_kept(fields), is_nested: false, list, root, opened, children }
    }
}

#[derive(Debug)]
pub(crate) enum Step {
    /// An object's children begin; they are numbered from 0 in the order in which this happens.
    /// With the bytes that the object takes while it is open.
    Opens {
        number: u32,
        bytes: usize,
    },
    Closes,
    Object(Object),
    /// Something that is no entry.
    /// `is_top`: it stands in the file's object.
    Stray {
        line: u32,
        text: String,
        is_top: bool,
    },
    /// So many entries were deleted by the user and are not read.
    Trash {
        line: u32,
        count: u32,
    },
    End,
}

pub(crate) struct Walker<'a> {
    tokens: Box<dyn Tokens + Send + 'a>,
    shape: &'static Shape,
    /// The only list that is read.
    only: Option<usize>,
    frames: Vec<Frame>,
    next: u32,
    depth: usize,
}

enum Frame {
    Top,
    /// An object whose values are entries.
    Roots {
        list: usize,
    },
    List {
        list: usize,
        is_folder: bool,
    },
    Object(Object),
}

/// Names in an object of entries that are no entries: Opera's hold others.
const ROOTS_OF_ROOTS: &str = "custom_root";
const TRASH: &str = "trash";

impl<'a> Walker<'a> {
    pub(crate) fn new(tokens: Box<dyn Tokens + Send + 'a>, shape: &'static Shape) -> Self {
        Self { tokens, shape, only: None, frames: Vec::new(), next: 0, depth: 0 }
    }

    /// Reads one list and goes over the others.
    pub(crate) fn only(mut self, list: usize) -> Self {
        self.only = Some(list);
        self
    }

    /// One token, and what it ends.
    pub(crate) fn step(&mut self) -> Result<Option<Step>, Error> {
        let Some(token) = self.tokens.next()? else { return Ok(Some(Step::End)) };
        match self.frames.last_mut() {
            None => self.begin(token),
            Some(Frame::Top) => self.in_top(token),
            Some(Frame::Roots { list }) => {
                let list = *list;
                self.in_roots(list, token)
            }
            Some(Frame::List { list, is_folder }) => {
                let (list, is_folder) = (*list, *is_folder);
                self.in_list(list, is_folder, token)
            }
            Some(Frame::Object(_)) => self.in_object(token),
        }
    }

    fn begin(&mut self, token: Token) -> Result<Option<Step>, Error> {
        match token {
            Token::ArrayStart => self.frames.push(Frame::List { list: 0, is_folder: false }),
            Token::ObjectStart if self.shape.lists.is_empty() => self.push_object(0, None),
            Token::ObjectStart => self.frames.push(Frame::Top),
            other => return self.stray(None, other),
        }
        Ok(None)
    }

    fn in_top(&mut self, token: Token) -> Result<Option<Step>, Error> {
        if token != Token::Key {
            self.frames.pop();
            return Ok(None);
        }
        let name = self.tokens.text().to_owned();
        let value = expect(&mut *self.tokens)?;
        let list = self.shape.lists.iter().position(|list| *list == name);
        match (list, value) {
            (Some(list), _) if self.only.is_some_and(|only| only != list) => {
                skip(&mut *self.tokens, value, "")?;
            }
            (Some(list), Token::ObjectStart) => self.frames.push(Frame::Roots { list }),
            (Some(list), Token::ArrayStart) => self.frames.push(Frame::List { list, is_folder: false }),
            _ if self.shape.ignored.contains(&name.as_str()) => {
                skip(&mut *self.tokens, value, "")?;
            }
            _ => return self.stray(Some(&name), value),
        }
        Ok(None)
    }

    fn in_roots(&mut self, list: usize, token: Token) -> Result<Option<Step>, Error> {
        if token != Token::Key {
            self.frames.pop();
            return Ok(None);
        }
        let name = self.tokens.text().to_owned();
        let value = expect(&mut *self.tokens)?;
        match value {
            Token::ObjectStart if name == ROOTS_OF_ROOTS => {
                if self.frames.len() > DEPTH {
                    return Err(Error::TooDeep { line: self.tokens.line() });
                }
                self.frames.push(Frame::Roots { list });
            }
            Token::ObjectStart if name == TRASH => {
                let line = self.tokens.line();
                let count = skip(&mut *self.tokens, value, "url")?;
                return Ok((count > 0).then_some(Step::Trash { line, count }));
            }
            Token::ObjectStart => self.push_object(list, Some(name)),
            other if self.shape.ignored.contains(&name.as_str()) => {
                skip(&mut *self.tokens, other, "")?;
            }
            other => return self.stray(Some(&name), other),
        }
        Ok(None)
    }

    fn in_list(&mut self, list: usize, is_folder: bool, token: Token) -> Result<Option<Step>, Error> {
        match token {
            Token::ObjectStart => {
                if let [.., Frame::Object(folder), _] = self.frames.as_mut_slice() {
                    folder.children = folder.children.saturating_add(1);
                }
                self.push_object(list, None);
                Ok(None)
            }
            Token::ArrayEnd => {
                self.frames.pop();
                self.depth -= usize::from(is_folder);
                Ok(is_folder.then_some(Step::Closes))
            }
            other => self.stray(None, other),
        }
    }

    fn in_object(&mut self, token: Token) -> Result<Option<Step>, Error> {
        let Some(Frame::Object(object)) = self.frames.last_mut() else { return Ok(None) };
        if token != Token::Key {
            let Some(Frame::Object(object)) = self.frames.pop() else { return Ok(None) };
            return Ok(Some(Step::Object(object)));
        }
        let name = self.tokens.text().to_owned();
        let value = expect(&mut *self.tokens)?;
        if name != self.shape.children || value != Token::ArrayStart {
            object.fields.read(&name, value, &mut *self.tokens)?;
            return Ok(None);
        }
        if self.depth == DEPTH {
            return Err(Error::TooDeep { line: self.tokens.line() });
        }
        self.depth += 1;
        let number = self.next;
        self.next = self.next.saturating_add(1);
        object.opened.push(number);
        let (list, bytes) = (object.list, object.fields.bytes());
        self.frames.push(Frame::List { list, is_folder: true });
        Ok(Some(Step::Opens { number, bytes }))
    }

    fn push_object(&mut self, list: usize, root: Option<String>) {
        let fields = Fields::new(self.tokens.line());
        let is_nested = matches!(self.frames.last(), Some(Frame::List { is_folder: true, .. }));
        self.frames.push(Frame::Object(Object {
            fields,
            is_nested,
            list,
            root,
            opened: Vec::new(),
            children: 0,
        }));
    }

    /// Goes over a value that is no entry. One that says nothing is not told of.
    fn stray(&mut self, name: Option<&str>, value: Token) -> Result<Option<Step>, Error> {
        let line = self.tokens.line();
        let mut text = String::new();
        capture(&mut *self.tokens, value, 4 * netscape::limits::QUOTED_CHARACTERS + 4, &mut text)?;
        if matches!(text.as_str(), "null" | "[]" | "{}" | "\"\"") {
            return Ok(None);
        }
        let text = match name {
            Some(name) => quote(&format!("{name}: {text}")),
            None => quote(&text),
        };
        let is_top = matches!(self.frames.last(), Some(Frame::Top));
        Ok(Some(Step::Stray { line, text, is_top }))
    }
}
