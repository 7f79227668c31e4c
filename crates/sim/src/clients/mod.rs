//! Services in virtual time: the machines of `services`, both halves, with any number of clients in one thread.
//!
//! ```text
//!   crowd ──▶ clients' machines ══ pipes ══▶ backlog ─▶ workers (a Regime) ─▶ servers' machines
//!     ▲ schedule      ▲                                    │ what costs something
//!     └── calendar: the next instant at which anything is ─┘ waits for one of the processors
//! ```
//!
//! What a connection says is not modelled: the machines that `serve` and `load` run say it, and the client's checks
//! every answer. Modelled is what stands around them: who attends to which connection (a [`Regime`], a line of data for
//! each model of `serve`), what that costs (a [`Costs`], all nothing unless it is set), the queue of a listener, and the
//! processors. **Waiting costs no processor; what costs nothing waits for none.**
//!
//! Nothing is random but what a seed decides, and what happens at one instant happens in the order in which it was
//! caused: the same [`Plan`] gives the same [`Figures`], always.

mod arithmetic;
mod calendar;
mod connection;
mod cores;
mod crowd;
mod figures;
mod listener;
mod plan;
mod regime;
mod server;
mod staff;
mod world;

pub use arithmetic::{Arithmetic, Load};
pub use figures::{Ending, Figures};
pub use plan::{Backlog, Costs, Loop, Plan, PlanError, WhenFull};
pub use regime::{Accepts, Attends, REGIMES, Regime, Start};
pub use world::simulate;
