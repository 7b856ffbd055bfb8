//! Any bytes of a server end a login in good order: without a panic, without waiting for ever, and without a
//! result for the driver before the server's proof. The fuzz target `login` does the same for longer.

#[path = "hostile/server.rs"]
mod server;

use proptest::prelude::*;
use server::{Piece, log_in};

/// Parts of a conversation, so that not every one ends at its first byte.
fn piece() -> impl Strategy<Value = Piece> {
    prop_oneof![
        1 => any::<Vec<u8>>().prop_map(Piece::Raw),
        3 => (any::<u8>(), prop::collection::vec(any::<u8>(), 0..64))
            .prop_map(|(tag, body)| Piece::Message(tag, body)),
        3 => any::<bool>().prop_map(Piece::Offer),
        4 => "(,s=[A-Za-z0-9+/=]{0,12},i=[0-9]{1,4})?[ \
              -~]{0,8}".prop_map(|rest| Piece::ServerFirst(rest.into_bytes())),
        2 => prop::collection::vec(any::<u8>(), 0..64).prop_map(Piece::ServerFinal),
        1 => Just(Piece::Greeting),
    ]
}

proptest! {
    #[test]
    fn whatever_a_server_says_the_login_ends(
        pieces in prop::collection::vec(piece(), 0..6), chunk in 1_usize..64, is_pipelined: bool,
    ) {
        log_in(&pieces, chunk, is_pipelined);
    }

    #[test]
    fn whatever_follows_a_challenge_no_result_reaches_the_driver(
        pieces in prop::collection::vec(piece(), 0..4), chunk in 1_usize..64, is_pipelined: bool,
    ) {
        let begun = [Piece::Offer(false), Piece::ServerFirst(b"x,s=c2FsdA==,i=1".to_vec())];
        let said: Vec<Piece> = begun.into_iter().chain(pieces).collect();
        prop_assert!(log_in(&said, chunk, is_pipelined).has_begun);
    }
}

#[test]
fn a_number_of_rounds_that_would_stand_still_is_not_computed() {
    for rounds in ["1000001", "4294967295"] {
        let said = [Piece::Offer(false), Piece::ServerFirst(format!("x,s=c2FsdA==,i={rounds}").into_bytes())];
        assert!(!log_in(&said, 64, true).has_begun, "{rounds}");
    }
}
