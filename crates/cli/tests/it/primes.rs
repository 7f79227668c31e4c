//! `wharf primes` and the service of that name: the right primes, in files that are whole or not there.

mod compare;
mod expected;
mod files;
mod numbers;
mod refused;
mod service;
mod stopped;
