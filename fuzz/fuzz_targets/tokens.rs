//! Any document of design tokens is read or refused without panic; one that is read comes back from what is
//! written and from its rows, and every export is made.
#![no_main]

use branchline_tokens::Tokens;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(tokens) = Tokens::parse(data) else { return };
    let written = tokens.to_dtcg();
    let again = Tokens::parse(written.as_bytes()).expect("what is written has no faults");
    assert_eq!(again.to_dtcg(), written);
    let document = tokens.rows().document().expect("rows of a document make one");
    assert_eq!(&document, tokens.document());
    let sheets = [tokens.to_css(), tokens.to_tailwind()];
    assert!(sheets.iter().all(|sheet| !sheet.contains("</")));
    let _ = tokens.to_json_list();
});
