//! Lists open and close, and what is pending is completed.

use super::Tree;
use super::state::{After, List, Separators, Step, Target};
use crate::attributes::Buffer;
use crate::entry::Kind;
use crate::warning::NoticeKind;
use crate::{Error, limits};

impl Tree {
    pub(super) fn open_items(&mut self, attributes: &mut Buffer, line: u32) -> Result<(), Error> {
        if self.pending.kind != Kind::Folder && !self.heading.is_blank() {
            self.list_page.folder(self.target == Target::Item);
            // Else it would be lost as the text of an item.
            self.target = Target::Nowhere;
            self.flush();
            attributes.clear();
            attributes.seal();
            self.pending.begin(Kind::Folder, attributes, line);
            std::mem::swap(&mut self.pending.name, &mut self.heading);
            self.heading.clear();
        }
        let is_folder = self.pending.kind == Kind::Folder;
        self.open_list(if is_folder { List::FolderItems } else { List::PlainItems }, line)
    }

    /// Completes the pending entry and opens the list that follows it.
    pub(super) fn open_list(&mut self, list: List, line: u32) -> Result<(), Error> {
        if self.lists.len() == limits::DEPTH {
            return Err(Error::TooDeep { line });
        }
        if list.is_folder() {
            self.complete_folder();
        } else {
            self.flush();
        }
        self.definition_lists += usize::from(list.is_definition());
        self.lists.push(list);
        self.after = After::Other;
        Ok(())
    }

    /// Ends the innermost `<dl>`, and the item lists in it that have not been ended.
    pub(super) fn close_definition_list(&mut self) {
        if self.definition_lists == 0 {
            self.after = After::Other;
            return;
        }
        while self.lists.last().is_some_and(|list| !list.is_definition()) {
            self.close_list();
        }
        self.close_list();
    }

    pub(super) fn close_list(&mut self) {
        if let Some(list) = self.lists.pop() {
            self.definition_lists -= usize::from(list.is_definition());
            if list.is_folder() {
                self.steps.push_back(Step::FolderEnd);
            }
        }
        self.after = After::Other;
    }

    /// Completes the pending folder, which goes on.
    fn complete_folder(&mut self) {
        self.steps.push_back(Step::FolderStart);
        self.complete();
    }

    /// Completes the pending entry. A folder without a list of its own ends at once.
    pub(super) fn flush(&mut self) {
        match self.pending.kind {
            Kind::None => {}
            Kind::Bookmark => {
                self.bookmarks = self.bookmarks.saturating_add(1);
                self.steps.push_back(Step::Bookmark);
            }
            Kind::Folder => self.steps.extend([Step::FolderStart, Step::FolderEnd]),
            Kind::Separator => self.steps.push_back(Step::Separator),
        }
        self.complete();
    }

    fn complete(&mut self) {
        self.end_link();
        self.lists_in_text = 0;
        if self.target == Target::Item && !self.heading.is_blank() {
            self.lost.push_decoded(self.heading.as_str(), self.heading_line);
            self.heading.clear();
        }
        self.target = Target::Nowhere;
        if self.pending.kind != Kind::None {
            self.pending.finish(self.bookmarks, self.separators == Separators::Blanks);
            std::mem::swap(&mut self.pending, &mut self.ready);
            self.pending.kind = Kind::None;
        }
        if let Some((line, text)) = self.lost.take() {
            self.notify(line, NoticeKind::TextLost, text);
        }
    }
}
