//! Chooses the SCRAM mechanism to begin with, before the server has listed those that it offers.

use postgres_protocol::authentication::sasl::{ChannelBinding as Gs2, SCRAM_SHA_256, SCRAM_SHA_256_PLUS};

use crate::message::mechanisms;

/// The length of a SHA-256, in bytes.
const SHA_256: usize = 32;

/// Use of SCRAM's binding to the TLS channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelBinding {
    /// Never.
    Disable,
    /// If the server offers it.
    Prefer,
    /// Or no connection.
    Require,
}

/// The method by which a server authenticates clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthOffer {
    /// By SCRAM, which may be bound to the TLS channel.
    Bound,
    /// By SCRAM that cannot be bound.
    Unbound,
    /// In some other way, or by SCRAM that must not be begun before the server asks for it.
    Other,
}

/// The client's flag about binding in its first message (RFC 5802, section 7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mechanism {
    /// `p=`: bound to the hash of the server's certificate.
    Plus(Vec<u8>),
    /// `y`: it could be bound, and the server has said that it cannot. Refused by a server that can, so that
    /// nobody in between takes the binding away.
    NotOffered,
    /// `n`: it cannot be bound, or shall not.
    Plain,
}

/// Result of comparing our choice with the mechanisms the server offers.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Negotiation {
    /// The mechanism is on the list.
    Agreed(AuthOffer),
    /// Another mechanism may do, on another connection.
    Restart(AuthOffer),
}

impl Mechanism {
    /// The best guess; `known` is what the server offered before. None where the server must say first what
    /// it wants.
    ///
    /// If nothing is known of the server, a certificate signed with SHA-256 speaks for binding. Postgres
    /// offers it with any other, Neon's proxy only with these; and a guess that the server does not offer
    /// costs a connection. So with another certificate the first login is not bound unless that is required.
    pub(super) fn choose(
        policy: ChannelBinding,
        end_point: Option<Vec<u8>>,
        known: Option<AuthOffer>,
    ) -> Option<Self> {
        match (policy, known, end_point) {
            (ChannelBinding::Require, _, end_point) => end_point.map(Self::Plus),
            (_, Some(AuthOffer::Other), _) => None,
            (ChannelBinding::Disable, _, _) | (_, _, None) => Some(Self::Plain),
            (ChannelBinding::Prefer, Some(AuthOffer::Bound), Some(hash)) => Some(Self::Plus(hash)),
            (ChannelBinding::Prefer, Some(AuthOffer::Unbound), Some(_)) => Some(Self::NotOffered),
            (ChannelBinding::Prefer, None, Some(hash)) if hash.len() == SHA_256 => Some(Self::Plus(hash)),
            (ChannelBinding::Prefer, None, Some(_)) => Some(Self::Plain),
        }
    }

    /// Compares with what the server offers, the data of its `AuthenticationSASL`.
    pub(super) fn negotiate(&self, offered: &[u8]) -> Negotiation {
        let offers = |name: &str| mechanisms(offered).any(|mechanism| mechanism == name.as_bytes());
        match (self, offers(SCRAM_SHA_256_PLUS), offers(SCRAM_SHA_256)) {
            (Self::Plus(_), true, _) | (Self::Plain, true, true) => Negotiation::Agreed(AuthOffer::Bound),
            (Self::NotOffered | Self::Plain, false, true) => Negotiation::Agreed(AuthOffer::Unbound),
            (Self::Plus(_), false, true) => Negotiation::Restart(AuthOffer::Unbound),
            (Self::NotOffered | Self::Plain, true, _) => Negotiation::Restart(AuthOffer::Bound),
            (_, false, false) => Negotiation::Restart(AuthOffer::Other),
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Plus(_) => SCRAM_SHA_256_PLUS,
            Self::NotOffered | Self::Plain => SCRAM_SHA_256,
        }
    }

    pub(super) fn binding(&self) -> Gs2 {
        match self {
            Self::Plus(hash) => Gs2::tls_server_end_point(hash.clone()),
            Self::NotOffered => Gs2::unrequested(),
            Self::Plain => Gs2::unsupported(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: &[u8] = b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0";
    const PLAIN: &[u8] = b"SCRAM-SHA-256\0\0";

    fn hash(length: usize) -> Option<Vec<u8>> {
        Some(vec![7; length])
    }

    #[test]
    fn a_certificate_signed_with_sha_256_speaks_for_binding_and_another_does_not() {
        let choose = |end_point| Mechanism::choose(ChannelBinding::Prefer, end_point, None);
        assert_eq!(choose(hash(32)), Some(Mechanism::Plus(vec![7; 32])));
        assert_eq!(choose(hash(48)), Some(Mechanism::Plain));
        assert_eq!(choose(None), Some(Mechanism::Plain));
    }

    #[test]
    fn what_a_server_has_offered_before_is_the_next_guess() {
        let choose = |known| Mechanism::choose(ChannelBinding::Prefer, hash(48), Some(known));
        assert_eq!(choose(AuthOffer::Bound), Some(Mechanism::Plus(vec![7; 48])));
        assert_eq!(choose(AuthOffer::Unbound), Some(Mechanism::NotOffered));
        assert_eq!(choose(AuthOffer::Other), None);
    }

    #[test]
    fn where_binding_is_required_nothing_else_is_begun() {
        for known in [None, Some(AuthOffer::Bound), Some(AuthOffer::Unbound), Some(AuthOffer::Other)] {
            let choose = |end_point| Mechanism::choose(ChannelBinding::Require, end_point, known);
            assert_eq!(choose(hash(64)), Some(Mechanism::Plus(vec![7; 64])));
            assert_eq!(choose(None), None);
        }
    }

    #[test]
    fn where_binding_is_disabled_it_is_not_begun() {
        for known in [None, Some(AuthOffer::Bound), Some(AuthOffer::Unbound)] {
            assert_eq!(Mechanism::choose(ChannelBinding::Disable, hash(32), known), Some(Mechanism::Plain));
        }
    }

    #[test]
    fn a_guess_that_is_not_offered_is_made_good() {
        let plus = Mechanism::Plus(vec![7; 32]);
        assert_eq!(plus.negotiate(BOTH), Negotiation::Agreed(AuthOffer::Bound));
        assert_eq!(plus.negotiate(PLAIN), Negotiation::Restart(AuthOffer::Unbound));
        assert_eq!(plus.negotiate(b"OAUTHBEARER\0\0"), Negotiation::Restart(AuthOffer::Other));
        assert_eq!(Mechanism::NotOffered.negotiate(PLAIN), Negotiation::Agreed(AuthOffer::Unbound));
        assert_eq!(Mechanism::NotOffered.negotiate(BOTH), Negotiation::Restart(AuthOffer::Bound));
        assert_eq!(Mechanism::Plain.negotiate(BOTH), Negotiation::Agreed(AuthOffer::Bound));
        assert_eq!(Mechanism::Plain.negotiate(b"\0"), Negotiation::Restart(AuthOffer::Other));
    }
}
