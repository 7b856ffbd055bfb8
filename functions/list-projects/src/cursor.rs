//! The opaque cursor: the last id that the client has seen.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use web::Error;

pub(crate) fn write(last_id: i32) -> String {
    URL_SAFE_NO_PAD.encode(last_id.to_be_bytes())
}

pub(crate) fn read(cursor: &str) -> Result<i32, Error> {
    URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|bytes| <[u8; 4]>::try_from(bytes).ok())
        .map(i32::from_be_bytes)
        .ok_or_else(|| Error::bad_request("The parameter cursor must be a next_cursor of an earlier page."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_gives_back_the_id_it_was_made_of() {
        for id in [0, 1, 255, 65_536, i32::MAX] {
            assert_eq!(read(&write(id)).unwrap(), id);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for cursor in ["", "7", "!!!!", "AAAAAAAA"] {
            assert_eq!(read(cursor).unwrap_err().status(), 400);
        }
    }
}
