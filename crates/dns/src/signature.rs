//! Signatures with shared keys (RFC 8945).

pub(crate) fn answer(
    _settings: &crate::Settings,
    _registry: &naming::Registry,
    _message: &[u8],
    _question: &crate::question::Question,
    _peer: crate::Peer,
    _now: crate::Now,
    _out: &mut Vec<u8>,
) -> crate::Handled {
    unimplemented!()
}
