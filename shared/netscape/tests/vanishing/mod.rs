//! Documents whose every word is known, to see whether one of them vanishes.

use netscape::{Attributes, Event, Reader};

/// Pieces of markup, whole and broken; each `{}` becomes a word of its own, and another one follows the
/// piece. None has a word where none need be kept: in an icon, or among the attributes of a tag that begins
/// no entry.
const PIECES: [&str; 75] = [
    "<DT>",
    "<DD>",
    "\n<DD>",
    "<DL><p>\n",
    "\n</DL><p>\n",
    "<DL>",
    "</DL>",
    "</DT>",
    "</DD>",
    "<HR>",
    "\n<HR>\n",
    "<p>",
    "<br>",
    "</A>",
    "</A>\n",
    "</H3>",
    "<H3>",
    "\n<DT><H3 ADD_DATE=\"1\" FOLDED>",
    "<H3 ADD_DATE=\"{}\">",
    "<DT><H2>",
    "<h1>",
    "</h2>",
    "\n<DT><A HREF=\"http://{}.example/\">",
    "<DT><A HREF=\"http://{}.example/\" TAGS=\"{},{} {}\" PRIVATE=\"1\">",
    "<A HREF=\"{}\" HREF=\"{}\">",
    "<A HREF=\"{}\" NOTE='{}' ADD_DATE=\"{}\">",
    "<DT><A HREF=\"{}",
    "<A HREF='{}",
    "<A HREF=\"{}\" TAGS=\"{}",
    "<A HREF={} x={}>",
    "<A HREF=\"{}\" TITLE=\"a \"{}\" b\">",
    "<A HREF=\"{}\" TAGS=\"{}\",$\"{}\">",
    "<A HREF=\"{}\" {}\"{}\">",
    "<A HREF=\"{} ADD_DATE=\"1\">",
    "\"",
    "'",
    ">",
    "\" ",
    "\">",
    "=",
    "<",
    "</",
    "<!",
    "<?",
    "<!--",
    "-->",
    "<!-- {} -->",
    "--!>",
    "<!DOCTYPE ",
    "<script>",
    "</script>",
    "<style>",
    "<title>",
    "</title>",
    "<textarea>",
    "<xmp>",
    "<iframe src=\"{}\">",
    "<plaintext>",
    "<{}/>",
    "Vec<{}>",
    "</{}>",
    "<b>",
    "</b>",
    "<b {}>",
    "<span class=\"x\">",
    "<img alt=\"{}\" src=\"{}.png\">",
    "<a href=\"http://{}.example/\">",
    "<ul>",
    "</ul>",
    "<ol>",
    "<li>",
    "</li>",
    "&amp;",
    "&lt;DT&gt;",
    "\n",
];

/// A document of the pieces that `choices` names, amid lists that it cannot end, and its words.
fn document(choices: &[u8]) -> (String, Vec<String>) {
    let mut words = Vec::new();
    let mut document = "<DL><p>\n".repeat(choices.len() + 1);
    let mut word = || {
        words.push(format!("q{}z", words.len()));
        words[words.len() - 1].clone()
    };
    for &choice in choices {
        let mut parts = PIECES[usize::from(choice) % PIECES.len()].split("{}");
        document.extend(parts.next());
        for part in parts {
            document.push_str(&word());
            document.push_str(part);
        }
        document.push_str(&format!(" {} ", word()));
    }
    (document, words)
}

/// Asserts that each word is in an entry or a warning. A warning that quotes only the start of what is lost
/// is an excuse.
pub fn assert_nothing_vanishes(choices: &[u8]) {
    let (document, words) = document(choices);
    let mut reader = Reader::new(document.as_bytes());
    let mut found = String::new();
    let mut add = |text: &str| {
        found.push_str(text);
        found.push('\n');
    };
    let add_attributes = |add: &mut dyn FnMut(&str), attributes: Attributes<'_>| {
        attributes.iter().for_each(|(name, value)| add(&format!("{name}={value}")));
    };
    while let Some(event) = reader.next_event().unwrap_or_else(|error| panic!("{document}: {error}")) {
        let (attributes, warnings) = match &event {
            Event::Bookmark(bookmark) => {
                [bookmark.url, Some(bookmark.title), bookmark.description]
                    .into_iter()
                    .flatten()
                    .for_each(&mut add);
                bookmark.tags.iter().for_each(&mut add);
                (bookmark.attributes, bookmark.warnings)
            }
            Event::FolderStart(folder) => {
                [Some(folder.name), folder.description].into_iter().flatten().for_each(&mut add);
                (folder.attributes, folder.warnings)
            }
            Event::Separator(separator) => (separator.attributes, separator.warnings),
            Event::Warning(notice) => {
                add(&notice.warning.to_string());
                continue;
            }
            Event::FolderEnd => continue,
        };
        add_attributes(&mut add, attributes);
        warnings.iter().for_each(|warning| add(&warning.to_string()));
    }
    let missing: Vec<_> = words.iter().filter(|word| !found.contains(&word[..])).collect();
    assert!(
        missing.is_empty() || found.contains('…'),
        "{missing:?} vanished from {document:?}, which gave {found}"
    );
}
