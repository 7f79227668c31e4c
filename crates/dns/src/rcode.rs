//! What an answer says of how it went (RFC 1035, section 4.1.1; RFC 2136, section 2.2; RFC 6891, section 9).

/// All is well; the name may still have nothing of the type that was asked for.
pub(crate) const NO_ERROR: u16 = 0;
/// The message is malformed.
pub(crate) const FORM_ERROR: u16 = 1;
/// There is no such name.
pub(crate) const NO_NAME: u16 = 3;
/// This is not done here.
pub(crate) const NOT_IMPLEMENTED: u16 = 4;
/// This is not done for whoever asks, or not for that name.
pub(crate) const REFUSED: u16 = 5;
/// A version of EDNS that is not known here.
pub(crate) const BAD_VERSION: u16 = 16;
/// The server could not do it.
pub(crate) const SERVER_FAILURE: u16 = 2;
/// A name is there that should not be.
pub(crate) const NAME_EXISTS: u16 = 6;
/// A set of records is there that should not be.
pub(crate) const SET_EXISTS: u16 = 7;
/// A set of records is not there that should be.
pub(crate) const NO_SET: u16 = 8;
/// It is for another zone, or its signature is no good.
pub(crate) const NOT_AUTHORITATIVE: u16 = 9;
/// A name is not in the zone.
pub(crate) const NOT_ZONE: u16 = 10;
