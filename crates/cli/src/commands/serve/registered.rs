//! A server's name: registered and kept by a process of its own, because what serves may fork and so has one thread.

use std::{
    env,
    io::{BufRead as _, BufReader},
    net::{IpAddr, SocketAddr},
    process::{Child, ChildStdin, Command, Stdio},
};

use anyhow::{Context as _, Result, bail, ensure};

use crate::args::ServeArgs;

/// A name that is kept as long as this lives. If this process is killed the keeper sees its standard input end, and takes
/// the name away; if the keeper is killed too, the lease runs out.
pub struct Registered {
    keeper: Child,
    /// Its end is the keeper's end.
    input: Option<ChildStdin>,
}

impl Registered {
    /// Registers the name that was asked for, if one was.
    ///
    /// # Errors
    /// When no name service answers, or somebody has the name.
    pub fn begin(
        args: &ServeArgs,
        service: &str,
        model: &str,
        bound: SocketAddr,
    ) -> Result<Option<Self>> {
        let Some(name) = &args.name else {
            return Ok(None);
        };
        let (name, at) = match name.split_once('@') {
            Some((name, at)) => (name, Some(at)),
            None => (name.as_str(), None),
        };
        let place = place(args, bound)?;
        let mut command = Command::new(env::current_exe().context("this program cannot be found")?);
        command.args(["name", "register", name, &place.to_string()]);
        command.args([
            "-a",
            &format!("service={service}"),
            "-a",
            &format!("model={model}"),
        ]);
        command.args(["--keep", "--until-closed", "--json"]);
        if let Some(at) = at {
            command.args(["--names", at]);
        }
        let keeper = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut keeper = keeper
            .spawn()
            .context("cannot start the keeper of the name")?;
        let input = keeper.stdin.take();
        let output = keeper.stdout.take().expect("it is piped");
        let mut line = String::new();
        let read = BufReader::new(output).read_line(&mut line);
        if line.is_empty() {
            drop(input);
            let status = keeper
                .wait()
                .context("the keeper of the name cannot be waited for")?;
            read.context("cannot read from the keeper of the name")?;
            bail!(
                "{name} could not be registered (the keeper of the name ended with {status}); it says why above"
            );
        }
        Ok(Some(Self { keeper, input }))
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.input.take();
        // It gives the lease back, in the time that it waits for an answer at most.
        let _ = self.keeper.wait();
    }
}

/// Where clients reach the server.
fn place(args: &ServeArgs, bound: SocketAddr) -> Result<SocketAddr> {
    let Some(text) = &args.advertise else {
        ensure!(
            !bound.ip().is_unspecified(),
            "the server listens on all addresses; say which one clients are to use: --advertise 192.168.1.2"
        );
        return Ok(bound);
    };
    if let Ok(address) = text.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Ok(SocketAddr::new(address, bound.port()));
    }
    text.parse()
        .with_context(|| format!("--advertise {text}: write an address, or an address and a port"))
}
