//! Names where an address is taken: `name:region1/mean` is asked of a name service.

use std::{
    fs,
    net::{SocketAddr, ToSocketAddrs as _},
    path::Path,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use nameserver::{Client, ClientError};

use crate::{
    args::{DEFAULT_HTTP, ServiceArgs},
    say,
};

/// The client of the service that the flags name.
///
/// # Errors
/// When its host is none, or the token cannot be read.
pub fn client(args: &ServiceArgs) -> Result<Client> {
    let token = args.token_file.as_deref().map(token).transpose()?;
    Ok(Client::new(
        socket_address(&args.service)?,
        args.timeout,
        token,
    ))
}

/// The token in a file: its first line.
///
/// # Errors
/// When it cannot be read, or is none.
pub fn token(path: &Path) -> Result<String> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read the token in {}", path.display()))?;
    let token = text.lines().next().unwrap_or("").trim();
    let is_token =
        token.len() >= TOKEN_LENGTH_MIN && token.bytes().all(|byte| byte.is_ascii_graphic());
    ensure!(
        is_token,
        "{}: a token is one line of at least {TOKEN_LENGTH_MIN} printable characters; make one with \
         `head -c 24 /dev/urandom | base64 > {0}`",
        path.display()
    );
    Ok(token.to_owned())
}

/// Whether a name was refused for what it is or who has it, and not because nobody answers: then the question was answered.
pub fn is_answer(error: &ClientError) -> bool {
    matches!(error, ClientError::Refused { status, .. } if matches!(status, 404 | 409))
}

/// The host and port that `name:NAME` or `name:NAME@HOST:PORT` stands for; none where a text is no name.
///
/// # Errors
/// When no service answers, the name is not registered, or has no address.
pub fn locate(text: &str) -> Result<Option<(String, Option<u16>)>> {
    let Some((client, name, service)) = asked(text)? else {
        return Ok(None);
    };
    let resolution = client.resolve(name)?;
    let Some(value) = resolution.value else {
        bail!(
            "{name} is not registered at {service}; `wharf name resolve {name} --steps` shows how far it leads"
        );
    };
    let Some(address) = value.addresses.first() else {
        bail!("{name} is registered at {service}, but without an address");
    };
    let port = value.port;
    let shown = port.map_or(String::new(), |port| format!(", port {port}"));
    say::talk(&format!("{name} is {address}{shown}"));
    Ok(Some((address.to_string(), port)))
}

/// The same where a port is needed: `HOST:PORT` as one text.
///
/// # Errors
/// See [`locate`]; and when the name has no port.
pub fn located(text: &str) -> Result<String> {
    let Some((client, name, _)) = asked(text)? else {
        return Ok(text.to_owned());
    };
    let places = client.locate(name)?;
    let place = places.first().expect("it is an error where there is none");
    say::talk(&format!("{name} is {place}"));
    Ok(place.to_string())
}

/// Who is to be asked for which name, and where that is; none where a text is no name.
fn asked(text: &str) -> Result<Option<(Client, &str, String)>> {
    let Some(name) = text.strip_prefix("name:") else {
        return Ok(None);
    };
    let (name, service) = match name.split_once('@') {
        Some((name, service)) => (name, service.to_owned()),
        None => {
            let told = std::env::var("WHARF_NAMES").ok();
            (name, told.unwrap_or_else(|| DEFAULT_HTTP.to_owned()))
        }
    };
    let client = Client::new(socket_address(&service)?, TIMEOUT, None);
    Ok(Some((client, name, service)))
}

fn socket_address(text: &str) -> Result<SocketAddr> {
    let text = text
        .strip_prefix("http://")
        .unwrap_or(text)
        .trim_end_matches('/');
    let mut all = text.to_socket_addrs().with_context(|| {
        format!("`{text}` is no HOST:PORT of a name service, such as {DEFAULT_HTTP}")
    })?;
    all.next()
        .with_context(|| format!("`{text}` has no address"))
}

const TOKEN_LENGTH_MIN: usize = 16;
const TIMEOUT: Duration = Duration::from_secs(5);
