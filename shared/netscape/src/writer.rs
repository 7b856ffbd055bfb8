mod tag;

use crate::escape;
use crate::event::{Bookmark, Event, Folder, Layout, Separator};
use crate::markup;
use std::io::{self, ErrorKind, Write};
use tag::Tag;

/// Text before the root list in a file of ours.
const PROLOG: &str = r#"<!DOCTYPE NETSCAPE-Bookmark-file-1>
<!-- This is an automatically generated file.
     It will be read and overwritten.
     DO NOT EDIT! -->
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE>
<H1>Bookmarks</H1>
"#;

/// Text after the end tag of the root list in a file of ours.
const EPILOG: &str = "<p>\n";

/// Deeper lists are not indented more, else a file nested as deeply as the format allows would be mostly
/// indentation.
const DEEPEST_INDENTATION: usize = 64;

/// Writes a bookmark file in UTF-8, which every browser imports.
///
/// A [`Reader`](crate::Reader) returns the same events for the written file. More: a file in the canonical
/// form of Netscape, Mozilla, Firefox or Chrome is written as it was read, byte for byte, if the writer is
/// given the file's [prolog](crate::Reader::prolog) and [epilog](crate::Reader::epilog) and the reader [keeps
/// icons](crate::Reader::keep_icons). Canonical is what these browsers write themselves: the attributes in
/// their order, tags separated by commas, dates in seconds.
///
/// ```
/// use netscape::{Bookmark, Event, Folder, Writer};
///
/// let mut writer = Writer::new(Vec::new())?;
/// writer.write(&Event::FolderStart(Folder { name: "Rust", ..Folder::default() }))?;
/// writer.write(&Event::Bookmark(Bookmark {
///     url: Some("https://docs.rs/"),
///     title: "Docs.rs",
///     tags: ["docs", "rust"][..].into(),
///     ..Bookmark::default()
/// }))?;
/// writer.write(&Event::FolderEnd)?;
/// let file = String::from_utf8(writer.finish()?)?;
/// assert!(file.contains("        <DT><A HREF=\"https://docs.rs/\" TAGS=\"docs,rust\">Docs.rs</A>\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Writer<W: Write> {
    out: W,
    line_end: &'static str,
    /// Netscape escapes no quotation marks in texts; Mozilla and its heirs do.
    escapes_quotes: bool,
    depth: usize,
}

impl<W: Write> Writer<W> {
    /// A writer that has written the start of a file. Give it a buffered `out`: it writes in small pieces.
    ///
    /// # Errors
    ///
    /// Fails with the errors of `out`, as each of these functions does.
    pub fn new(out: W) -> io::Result<Self> {
        Self::with_prolog(out, PROLOG)
    }

    /// The same with another file's text before its root list, from
    /// [`Reader::prolog`](crate::Reader::prolog). Line ends and quotation marks are then written as in that
    /// file.
    pub fn with_prolog(mut out: W, prolog: &str) -> io::Result<Self> {
        let line_end = if prolog.contains("\r\n") { "\r\n" } else { "\n" };
        out.write_all(prolog.as_bytes())?;
        write!(out, "<DL><p>{line_end}")?;
        // So it stands in what Netscape writes; its heirs shout.
        let escapes_quotes = !prolog.contains("Do Not Edit!");
        Ok(Self { out, line_end, escapes_quotes, depth: 1 })
    }

    /// Writes what an event stands for; a warning stands for nothing. Dates outside the years 1 to 9999 are
    /// left out, and so are attributes with quotation marks or the like in their names, which a
    /// [`Reader`](crate::Reader) would not take for attributes: they would garble those beside them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`], with the event not written, for the end of a folder that has not started
    /// and for an attribute with a name that no tag can hold.
    pub fn write(&mut self, event: &Event<'_>) -> io::Result<()> {
        match event {
            Event::FolderStart(folder) => self.folder(folder),
            Event::FolderEnd => self.folder_end(),
            Event::Bookmark(bookmark) => self.bookmark(bookmark),
            Event::Separator(separator) => self.separator(separator),
            Event::Warning(_) => Ok(()),
        }
    }

    /// Ends the file, and the folders that are still open.
    pub fn finish(self) -> io::Result<W> {
        self.finish_with_epilog(EPILOG)
    }

    /// The same with another file's text after its root list, from [`Reader::epilog`](crate::Reader::epilog).
    pub fn finish_with_epilog(mut self, epilog: &str) -> io::Result<W> {
        while self.depth > 1 {
            self.folder_end()?;
        }
        // In its line, text after the tag would make a part of a description of it.
        let is_apart = markup::ends_line(epilog.as_bytes(), true).unwrap_or_default();
        write!(self.out, "</DL>{}{epilog}", if is_apart { "" } else { self.line_end })?;
        Ok(self.out)
    }

    /// Returns the output. What stands there may be taken away, if the order is kept.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.out
    }

    fn folder(&mut self, folder: &Folder<'_>) -> io::Result<()> {
        let attributes = Tag::new(folder.attributes, true)?
            .date("add_date", folder.added)
            .date("last_modified", folder.modified);
        self.indent()?;
        write!(self.out, "<DT><H3")?;
        attributes.write(&mut self.out)?;
        self.name(folder.name, folder.layout, "</H3>")?;
        self.description(folder.description, folder.layout)?;
        self.indent()?;
        write!(self.out, "<DL><p>{}", self.line_end)?;
        self.depth += 1;
        Ok(())
    }

    fn folder_end(&mut self) -> io::Result<()> {
        if self.depth == 1 {
            return Err(io::Error::new(ErrorKind::InvalidInput, "a folder ends that has not started"));
        }
        self.depth -= 1;
        self.indent()?;
        write!(self.out, "</DL><p>{}", self.line_end)
    }

    fn bookmark(&mut self, bookmark: &Bookmark<'_>) -> io::Result<()> {
        let attributes = Tag::new(bookmark.attributes, false)?
            .value("href", bookmark.url)
            .date("add_date", bookmark.added)
            .date("last_modified", bookmark.modified)
            .date("last_visit", bookmark.visited)
            .tags(bookmark.tags);
        self.indent()?;
        write!(self.out, "<DT><A")?;
        attributes.write(&mut self.out)?;
        self.name(bookmark.title, bookmark.layout, "</A>")?;
        self.description(bookmark.description, bookmark.layout)
    }

    fn separator(&mut self, separator: &Separator<'_>) -> io::Result<()> {
        let attributes = Tag::new(separator.attributes, false)?;
        self.indent()?;
        write!(self.out, "<HR")?;
        attributes.write(&mut self.out)?;
        write!(self.out, ">{}", if separator.layout.is_joined { "" } else { self.line_end })
    }

    fn name(&mut self, name: &str, layout: Layout, end_tag: &str) -> io::Result<()> {
        let [before, after] = layout.around_name.map(usize::from);
        write!(self.out, ">{:before$}", "")?;
        escape::write_text(&mut self.out, name, self.escapes_quotes, self.line_end)?;
        write!(self.out, "{:after$}{end_tag}{}", "", self.line_end)
    }

    fn description(&mut self, description: Option<&str>, layout: Layout) -> io::Result<()> {
        let Some(description) = description else { return Ok(()) };
        if !layout.description_at_margin {
            self.indent()?;
        }
        write!(self.out, "<DD>{:1$}", "", usize::from(layout.before_description))?;
        escape::write_text(&mut self.out, description, self.escapes_quotes, self.line_end)?;
        write!(self.out, "{}", self.line_end)
    }

    fn indent(&mut self) -> io::Result<()> {
        (0..self.depth.min(DEEPEST_INDENTATION)).try_for_each(|_| self.out.write_all(b"    "))
    }
}
