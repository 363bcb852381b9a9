use std::time::Instant;

use crate::agent::{Session, Status};
use crate::said::Complaint;
use crate::settings::Settings;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Nobody has said yet whose node it is.
    #[default]
    Unset,
    Starting,
    Up,
    /// It has ended, and starts again by itself.
    Waiting,
    /// It has ended, and somebody has to mend what is told.
    Stopped,
    Stopping,
}

/// All that window and tray show.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    pub phase: Phase,
    pub reason: Option<Complaint>,
    pub retry_at: Option<Instant>,
    /// The node was running already, and goes on when the shell quits.
    pub is_met: bool,
    pub is_draining: bool,
    pub session: Option<Session>,
    pub status: Option<Status>,
    pub settings: Option<Settings>,
    pub program: Vec<String>,
}
