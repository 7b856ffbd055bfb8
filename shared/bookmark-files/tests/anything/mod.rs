//! Properties of any bytes, for the tests and the fuzz target.

use branchline_bookmark_files::{Error, Reader, Scan};
use netscape::Event;

/// Reads a file twice and asserts that it ends, that folders that start also end, and that both readings are
/// the same. Returns how many events there were.
pub fn read(file: &[u8]) -> Result<usize, Error> {
    let mut scan = Scan::new(|| Box::new(file));
    let outline = loop {
        if let Some(outline) = scan.advance()? {
            break outline;
        }
    };
    let read = || -> Result<Vec<String>, Error> {
        let mut reader = Reader::new(&outline, || Box::new(file))?;
        let (mut depth, mut events) = (0_usize, Vec::new());
        while let Some(event) = reader.next_event()? {
            match &event {
                Event::FolderStart(_) => depth += 1,
                Event::FolderEnd => depth = depth.checked_sub(1).expect("a folder ends that has not started"),
                _ => {}
            }
            events.push(format!("{event:?}"));
        }
        assert_eq!(depth, 0, "each folder that starts also ends");
        Ok(events)
    };
    let events = read()?;
    assert_eq!(events, read()?);
    Ok(events.len())
}
