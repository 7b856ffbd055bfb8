//! A hostile server: any bytes, some of them in the shape of a login, end the login without panic, loop or a
//! result that the driver sees.
#![no_main]

#[path = "../../shared/pg-login/tests/hostile/server.rs"]
mod server;

use libfuzzer_sys::fuzz_target;
use server::{Piece, log_in};

fuzz_target!(|data: &[u8]| {
    let Some((head, mut rest)) = data.split_first() else { return };
    let mut pieces = Vec::new();
    while let [kind, length, tail @ ..] = rest {
        let (body, tail) = tail.split_at(tail.len().min(usize::from(*length)));
        rest = tail;
        pieces.push(match kind % 6 {
            0 => Piece::Raw(body.to_vec()),
            1 => {
                let tag = body.first().copied().unwrap_or(b'R');
                Piece::Message(tag, body.get(1..).unwrap_or_default().to_vec())
            }
            2 => Piece::Offer(length % 2 == 0),
            // The rounds are work that a server may ask for; how much of it, the tests bound.
            3 if body.windows(3).any(|window| window[..2] == *b"i=" && window[2].is_ascii_digit()) => {
                Piece::ServerFirst(b"x,s=c2FsdA==,i=1".to_vec())
            }
            3 => Piece::ServerFirst(body.to_vec()),
            4 => Piece::ServerFinal(body.to_vec()),
            _ => Piece::Greeting,
        });
    }
    let can_begin =
        |piece: &Piece| !matches!(piece, Piece::Offer(_) | Piece::ServerFinal(_) | Piece::Greeting);
    let outcome = log_in(&pieces, usize::from(head >> 1) + 1, head % 2 == 0);
    assert!(!outcome.has_begun || pieces.iter().any(can_begin), "it began without a first message");
});
