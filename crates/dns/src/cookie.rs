//! Cookies (RFC 7873): proof that an asker is where it says.
