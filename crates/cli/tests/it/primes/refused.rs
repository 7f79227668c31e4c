//! What a user may get wrong: refused before anything is searched, with what to do.

use crate::support::check_refused;

#[test]
fn what_cannot_be_searched_is_refused_with_what_can() {
    for (flags, words) in [
        (&["--up-to", "-1"][..], &["`-1`", "--up-to", "1e6"][..]),
        (&["--up-to", "many"], &["`many`", "--up-to", "1e6"]),
        (&["--up-to", "1.5"], &["`1.5`", "whole number"]),
        (&["--up-to", ""], &["--up-to"]),
        (&["--up-to", "2^64"], &["`2^64`", "from 0 to 2^64-1"]),
        (&["--up-to", "18446744073709551616"], &["from 0 to 2^64-1"]),
        (&["--from", "-3"], &["`-3`", "--from"]),
        (
            &["--from", "11", "--up-to", "10"],
            &["--from 11 is greater than --up-to 10", "lower --from"],
        ),
        (
            &["--from", "2e6"],
            &["--up-to 1000000 (its default)", "raise --up-to"],
        ),
        (&["--workers", "0"], &["`0`", "--workers", "from 1 to 1024"]),
        (&["--workers", "-2"], &["`-2`", "--workers"]),
        (&["--workers", "1025"], &["`1025`", "from 1 to 1024"]),
        (&["--workers", "1,2"], &["--compare"]),
        (
            &["--method", "guess"],
            &["'guess'", "--method", "possible values", "trial"],
        ),
        (
            &["--mode", "many"],
            &["'many'", "--mode", "possible values", "single"],
        ),
        (
            &["--split", "fair"],
            &["'fair'", "--split", "possible values", "dynamic"],
        ),
        (&["--nth", "0"], &["`0`", "the first is --nth 1"]),
        (&["--nth", "1e18"], &["`1e18`", "425656284035217743"]),
        (
            &["--nth", "100", "-N", "100"],
            &["--nth 100", "fewer primes", "raise --up-to"],
        ),
        (&["--nth", "3", "--count"], &["--nth", "--count"]),
        (&["--count", "--out", "p"], &["--count", "--out"]),
        (&["--resume"], &["--out"]),
        (&["--force"], &["--out"]),
        (
            &["--out", "-", "--resume"],
            &["--resume", "goes on with a file"],
        ),
        (&["--repeats", "3"], &["--compare"]),
        (&["--out-folder", "."], &["--compare"]),
        (&["--compare", "-r", "0"], &["'0'", "--repeats", "1..=100"]),
        (&["--compare", "--out", "p"], &["--compare", "--out"]),
        (
            &["--compare", "--mode", "single"],
            &["several workers", "leave --mode out"],
        ),
        (
            &["--compare", "--out-folder", "/no/such"],
            &["/no/such", "another place"],
        ),
        (&["1000"], &["'1000'"]),
    ] {
        check_refused(&[&["primes"], flags].concat(), words);
    }
}
