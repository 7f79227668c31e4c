//! The client of `tasks`: the first three tasks in turn, each answer known beforehand.

use machine::{Exchange, Input, Machine, Outbox, Standing};
use timing::Tick;

use super::request;
use crate::{Script, expected::ExpectedReplies};

/// The client's half of a connection.
pub(crate) fn client(script: &Script, worker: u32, connection: u64) -> Box<dyn Machine> {
    Box::new(Client {
        script: script.clone(),
        worker,
        connection,
        replies: ExpectedReplies::after(script.dialect.greeting.as_bytes()),
    })
}

struct Client {
    script: Script,
    worker: u32,
    connection: u64,
    replies: ExpectedReplies,
}

impl Client {
    fn ask(&mut self, number: u64, out: &mut Outbox) {
        let dialect = &self.script.dialect;
        let number = match dialect.exchange {
            Exchange::Session => number,
            Exchange::OneShot => self.connection,
        };
        let (choice, text) = match number % 3 {
            0 => (b'1', self.script.text(self.worker, number)),
            1 => (b'2', format!("{}+{}*5/2", self.worker + 2, number + 3)),
            _ => (b'3', self.script.text(self.worker, number)),
        };
        let request = [&[choice, dialect.separator][..], text.as_bytes()].concat();
        let ending = dialect.terminator.request();
        out.send(&request);
        out.send(ending.bytes());
        let mut reply = request::answer(&request, dialect).text;
        reply.extend_from_slice(dialect.terminator.reply(ending).bytes());
        self.replies.expect(&reply);
    }
}

impl Machine for Client {
    fn handle(&mut self, _: Tick, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Ask { number, .. } => self.ask(number, out),
            other => self.replies.handle(other, out),
        }
        let is_one_shot = self.script.dialect.exchange == Exchange::OneShot;
        if is_one_shot && self.replies.answered() == 1 {
            out.close();
        }
    }

    fn standing(&self) -> Standing {
        Standing::with_owed(self.replies.is_empty())
    }
}
