//! One request of a load generator, and the table of them.

use std::{
    fs::File,
    io::{BufReader, BufWriter},
    path::Path,
};

use serde::{Deserialize, Serialize};

use crate::FolderError;

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Answered as the protocol says.
    Ok,
    /// Answered with something else.
    Wrong,
    /// The connection was refused: nobody listens.
    Refused,
    /// The peer reset the connection.
    Reset,
    /// The peer closed before the answer was whole.
    Closed,
    /// No answer within the time-out.
    Timeout,
    /// No connection within the time-out.
    ConnectTimeout,
    /// This machine ran out of something: descriptors, ports, memory.
    LocalLimit,
    /// Another error of the network.
    Network,
    /// Never sent, or given up: the run was stopped, or its session had ended before its turn.
    Stopped,
}

impl Outcome {
    /// Its name in files and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Wrong => "wrong",
            Self::Refused => "refused",
            Self::Reset => "reset",
            Self::Closed => "closed",
            Self::Timeout => "timeout",
            Self::ConnectTimeout => "connect-timeout",
            Self::LocalLimit => "local-limit",
            Self::Network => "network",
            Self::Stopped => "stopped",
        }
    }
}

/// One request. Instants are nanoseconds since the run began; one that never came is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Which worker, from 0.
    pub worker: u32,
    /// Which request of the worker, from 0.
    pub number: u64,
    /// When the schedule said that it be sent.
    pub intended_ns: u64,
    /// When its connection was begun; for a session, that of the session.
    pub connect_ns: Option<u64>,
    /// When its connection stood.
    pub connected_ns: Option<u64>,
    /// When its client could be asked: at once, or where the server greets, when the greeting had come.
    pub ready_ns: Option<u64>,
    /// When its first byte was handed to the kernel.
    pub sent_ns: Option<u64>,
    /// When its answer was whole, or when it was given up.
    pub done_ns: Option<u64>,
    /// How it ended.
    pub outcome: Outcome,
    /// Size of the request on the wire.
    pub request_bytes: u64,
    /// Size of the answer on the wire, as far as it came.
    pub reply_bytes: u64,
    /// The client's port, by which a server's events can be matched.
    pub local_port: Option<u16>,
}

impl Sample {
    /// From handing the request to the kernel to the whole answer; of a right answer only.
    pub fn service_ns(&self) -> Option<u64> {
        self.answered_since(self.sent_ns?)
    }

    /// From the intended instant to the whole answer, so that a late start counts; of a right answer
    /// only.
    pub fn response_ns(&self) -> Option<u64> {
        self.answered_since(self.intended_ns)
    }

    /// From beginning to connect until the connection stood.
    pub fn connect_duration_ns(&self) -> Option<u64> {
        Some(self.connected_ns?.saturating_sub(self.connect_ns?))
    }

    /// From the standing connection until the greeting had come.
    pub fn greeting_ns(&self) -> Option<u64> {
        Some(self.ready_ns?.saturating_sub(self.connected_ns?))
    }

    /// How long after the intended instant the request was handed to the kernel.
    pub fn lateness_ns(&self) -> Option<u64> {
        Some(self.sent_ns?.saturating_sub(self.intended_ns))
    }

    fn answered_since(&self, instant_ns: u64) -> Option<u64> {
        (self.outcome == Outcome::Ok).then_some(self.done_ns?.saturating_sub(instant_ns))
    }
}

/// Writes `samples.csv`, row by row; what is flushed survives a kill.
#[derive(Debug)]
pub struct SampleWriter {
    rows: csv::Writer<BufWriter<File>>,
}

impl SampleWriter {
    /// Creates the file.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn create(path: &Path) -> Result<Self, FolderError> {
        let file = File::create(path).map_err(|error| FolderError::io(path, error))?;
        Ok(Self {
            rows: csv::Writer::from_writer(BufWriter::new(file)),
        })
    }

    /// Appends one row.
    ///
    /// # Errors
    /// When the disk is full or gone.
    pub fn write(&mut self, sample: &Sample) -> Result<(), FolderError> {
        self.rows.serialize(sample).map_err(FolderError::Table)
    }

    /// Hands all rows to the kernel.
    ///
    /// # Errors
    /// When the disk is full or gone.
    pub fn flush(&mut self) -> Result<(), FolderError> {
        let flushed = self.rows.flush();
        flushed.map_err(|error| FolderError::Table(error.into()))?;
        Ok(())
    }
}

impl Drop for SampleWriter {
    fn drop(&mut self) {
        // Nobody is left to tell; `flush` is the place to learn of a full disk.
        let _ = self.flush();
    }
}

/// Reads `samples.csv`, row by row, so that a table of any size takes one row's memory.
pub struct SampleReader {
    rows: csv::DeserializeRecordsIntoIter<BufReader<File>, Sample>,
}

impl SampleReader {
    /// Opens the file.
    ///
    /// # Errors
    /// When it is not there.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let file = File::open(path).map_err(|error| FolderError::io(path, error))?;
        Ok(Self {
            rows: csv::Reader::from_reader(BufReader::new(file)).into_deserialize(),
        })
    }
}

impl Iterator for SampleReader {
    type Item = Result<Sample, FolderError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.rows.next()?.map_err(FolderError::Table))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Sample {
        Sample {
            worker: 2,
            number: 7,
            intended_ns: 100,
            connect_ns: Some(10),
            connected_ns: Some(30),
            ready_ns: Some(45),
            sent_ns: Some(130),
            done_ns: Some(230),
            outcome: Outcome::Ok,
            request_bytes: 5,
            reply_bytes: 5,
            local_port: None,
        }
    }

    #[test]
    fn a_late_start_counts_into_the_response_time_only() {
        assert_eq!(sample().service_ns(), Some(100));
        assert_eq!(sample().response_ns(), Some(130));
        assert_eq!(sample().lateness_ns(), Some(30));
    }

    #[test]
    fn a_wrong_answer_has_no_time() {
        let wrong = Sample {
            outcome: Outcome::Wrong,
            ..sample()
        };
        assert_eq!(wrong.response_ns(), None);
        assert_eq!(wrong.service_ns(), None);
    }

    #[test]
    fn rows_come_back_as_they_were_written() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("samples.csv");
        let mut writer = SampleWriter::create(&path).expect("created");
        writer.write(&sample()).expect("written");
        drop(writer);
        let rows: Vec<Sample> = SampleReader::open(&path)
            .expect("opened")
            .map(|row| row.expect("a row"))
            .collect();
        assert_eq!(rows, [sample()]);
    }
}
