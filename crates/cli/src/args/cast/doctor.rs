//! Flags of `cast doctor`.

/// Flags of `cast doctor`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct DoctorArgs {
    /// A group and its port: 224.1.1.1:5007, [ff02::114%eth0]:5007
    #[arg(long, value_name = "GROUP:PORT", group = "target")]
    pub multicast: Option<String>,
    /// A port, for the broadcast addresses of all interfaces, or of --interface; or one of them and a port
    #[arg(long, value_name = "PORT|ADDR:PORT", group = "target")]
    pub broadcast: Option<String>,
    /// An address and its port
    #[arg(long, value_name = "ADDR:PORT", group = "target")]
    pub unicast: Option<String>,
    /// The interface that programs name, by its name or one of its addresses; default none: then the routing
    /// table chooses, as it does for most programs
    #[arg(short, long, value_name = "NAME|ADDR")]
    pub interface: Option<String>,
    /// How far what is tried may go: 0 is this machine, 1 the network of the interface, more with routers that
    /// pass it on. With 1 or more a datagram to each broadcast address is sent as well
    #[arg(
        long,
        value_name = "N",
        default_value = "0",
        conflicts_with = "unicast"
    )]
    pub ttl: u8,
    /// Groups: send as programs do that keep it from members on their own machine (IP_MULTICAST_LOOP=0)
    #[arg(long, conflicts_with_all = ["unicast", "broadcast"])]
    pub no_loop: bool,
    /// Print the diagnosis as JSON
    #[arg(long)]
    pub json: bool,
}

const EXAMPLES: &str = "\
Without a target: the group 224.1.1.1:5007, and the broadcast addresses of all interfaces that are up, on the \
same port. Sockets, routes, memberships and settings are looked at; then it joins, sends and receives, on ports \
of its own. No datagram leaves this machine unless --ttl says so; only that the group was joined for a moment, \
on each interface, is told to the routers of its network by the kernel. The target's port is bound for a moment. \
Last it is tried on the target's own port: for a group or the loopback's broadcast also where others share it, who \
get the one datagram, too; for one address only if nobody has it.

Examples:
  wharf cast doctor
  wharf cast doctor --multicast 224.1.1.1:5007 --interface lo
  wharf cast doctor --broadcast 5007
  wharf cast doctor --unicast 127.0.0.1:5007      who gets it, if several share the port

Exit status: 0 it works, as far as this machine can see; 1 it does not; 3 wrong usage.";
