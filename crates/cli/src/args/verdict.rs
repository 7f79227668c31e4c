//! Flags of `verdict`.

use super::{FolderArgs, LogArgs};

/// Flags of `verdict`.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct VerdictArgs {
    /// The histories.
    #[command(flatten)]
    pub logs: LogArgs,
    /// What was promised, so that only this counts: names from the table below, with commas between them;
    /// default what the logs say, as those of `wharf group join` do, or else everything
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub expect: Vec<String>,
    /// A host that crashed, although its log does not say so and just ends: it owes nothing since; may be given several times
    #[arg(long, value_name = "HOST")]
    pub crashed: Vec<String>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    /// Where the run is kept.
    #[command(flatten)]
    pub folder: FolderArgs,
}

const HELP: &str = "\
What is judged, from who sent and delivered what in which order and in which view, never from a clock:
  integrity          nothing is delivered twice, or that nobody sent
  validity           who stays delivers its own messages
  views              a view means the same to all who install it
  agreement          those who go on together delivered the same messages, each in one view
  fifo-order         nobody delivers a sender's later message before an earlier one
  fifo               who delivers a message has delivered all that its sender sent before
  causal             the same of all that its sender had sent or delivered before
  total              no two who go on together deliver two messages in different orders
  uniform-agreement  what anybody delivered, crashed or not, all who go on delivered
  uniform-total      all deliver one sequence; who crashed, a beginning of it
  primary            a view has one next view, not two side by side
  liveness           when all is quiet, what those who stayed sent is everywhere

Exit status: 0 all that was expected holds, 1 something does not, 2 nothing can be said, 3 wrong usage, \
or the result cannot be printed or written.

A program of yours writes a line an event; a member also delivers its own messages:
  {\"host\":\"alice\",\"kind\":\"send\",\"message\":\"m1\"}
  {\"host\":\"bob\",\"kind\":\"deliver\",\"message\":\"m1\"}
  {\"host\":\"bob\",\"kind\":\"view\",\"view\":\"7\",\"members\":[\"alice\",\"bob\"]}    and leave, crash
docs/logs.md has every field and says what each promise means.

Examples:
  wharf verdict alice.jsonl bob.jsonl carol.jsonl    everything, with a witness for what does not hold
  wharf verdict members/*.jsonl --expect fifo,causal what was promised; the rest is a remark
  wharf verdict runs/latest                          the run in which `wharf sim group` found a promise broken";
