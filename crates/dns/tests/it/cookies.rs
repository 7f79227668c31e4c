//! Cookies in whole messages (RFC 7873).

use dns::{Handled, Now, Peer};
use domain::base::iana::Rtype;
use naming::Registry;

use crate::{
    asking::{self, CONNECTED, FOREIGN, NOW, Seen, question, with_opt},
    zone::{self, TEXT},
};

fn registry() -> Registry {
    let mut text = TEXT.to_owned();
    for number in 0..40 {
        text += &format!("many IN A 10.9.0.{number}\n");
    }
    zone::registry(&zone::lines(&text))
}

fn message(cookie: &[u8]) -> Vec<u8> {
    let option = [&[0, 10, 0, cookie.len() as u8][..], cookie].concat();
    with_opt(question("many.lab.test", Rtype::A), 4_096, 0, &option)
}

fn ask_at(cookie: &[u8], peer: Peer, later_s: u64) -> Seen {
    let now = Now {
        unix_s: NOW.unix_s + later_s,
        ..NOW
    };
    let mut out = Vec::new();
    let handled = asking::responder().handle(&registry(), &message(cookie), peer, now, &mut out);
    assert!(matches!(handled, Handled::Reply(_)), "{handled:?}");
    asking::read(&out)
}

fn cookie_of(seen: &Seen) -> Vec<u8> {
    let options = &seen.opt.as_ref().expect("OPT").1;
    assert_eq!(options[..4], [0, 10, 0, 24]);
    options[4..].to_vec()
}

#[test]
fn a_cookie_proves_where_its_bearer_is() {
    let first = ask_at(b"12345678", FOREIGN, 0);
    assert_eq!((first.is_cut, first.answer.len()), (true, 0));
    let cookie = cookie_of(&first);
    assert_eq!(cookie[..8], *b"12345678");
    let second = ask_at(&cookie, FOREIGN, 1_800);
    assert_eq!((second.is_cut, second.answer.len()), (false, 40));
    assert_eq!(
        cookie_of(&second),
        cookie,
        "the same again for half an hour"
    );
    let later = ask_at(&cookie, FOREIGN, 3_000);
    assert_eq!(later.answer.len(), 40);
    assert_ne!(cookie_of(&later), cookie, "then a fresh one");
    let late = ask_at(&cookie, FOREIGN, 3_601);
    assert_eq!((late.is_cut, late.answer.len()), (true, 0));
}

#[test]
fn a_cookie_of_somebody_else_proves_nothing() {
    let cookie = cookie_of(&ask_at(b"12345678", FOREIGN, 0));
    let elsewhere = Peer {
        address: [192, 0, 2, 2].into(),
        ..FOREIGN
    };
    assert!(ask_at(&cookie, elsewhere, 0).is_cut);
    for at in 0..24 {
        let mut forged = cookie.clone();
        forged[at] ^= 1;
        let seen = ask_at(&forged, FOREIGN, 0);
        assert!(seen.is_cut, "byte {at}");
        assert_eq!(cookie_of(&seen)[..8], forged[..8]);
    }
    assert!(
        ask_at(&[&cookie[..], &[0]].concat(), FOREIGN, 0).is_cut,
        "of another length"
    );
}

#[test]
fn over_a_connection_none_is_needed_and_a_fresh_one_is_given() {
    let seen = ask_at(b"12345678", CONNECTED, 0);
    assert_eq!((seen.is_cut, seen.answer.len()), (false, 40));
    let cookie = cookie_of(&seen);
    assert_eq!(ask_at(&cookie, FOREIGN, 0).answer.len(), 40);
}

#[test]
fn of_several_cookies_the_first_counts() {
    let cookie = cookie_of(&ask_at(b"12345678", FOREIGN, 0));
    let option = |cookie: &[u8]| [&[0, 10, 0, cookie.len() as u8][..], cookie].concat();
    let both = [option(&cookie), option(b"1")].concat();
    let message = with_opt(question("many.lab.test", Rtype::A), 4_096, 0, &both);
    assert_eq!(asking::ask(&registry(), &message, FOREIGN).answer.len(), 40);
}
