use std::io::{self, BufRead, BufReader};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::node_log::NodeLog;
use crate::program::Program;
use crate::said::{Complaint, PageLink, Ready};
use crate::settings::Settings;

/// A node that the shell has started. It stops when its standard input ends, so that it never outlives a shell that was killed.
pub struct Sidecar {
    child: Child,
    /// Held open for as long as the node is to run.
    input: Option<ChildStdin>,
    log: NodeLog,
    log_start: u64,
    since: Instant,
    said: Receiver<Ready>,
}

pub struct End {
    pub how: String,
    pub complaint: Option<Complaint>,
    pub lived: Duration,
}

/// A node gives itself 15 s to stop.
const STOP_WITHIN: Duration = Duration::from_secs(20);
const LINK_WITHIN: Duration = Duration::from_secs(30);
const TICK: Duration = Duration::from_millis(50);

impl Sidecar {
    pub fn start(program: &Program, settings: &Settings, log: &NodeLog) -> io::Result<Sidecar> {
        log.trim()?;
        let log_start = log.length();
        let mut command = program.command();
        command
            .args(settings.node_arguments())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log.open()?);
        let mut child = quiet(&mut command).spawn()?;
        let input = child.stdin.take();
        let (tell, said) = channel();
        if let Some(output) = child.stdout.take() {
            let log = log.clone();
            thread::spawn(move || listen(output, &log, |ready| tell.send(ready).is_ok()));
        }
        Ok(Sidecar {
            child,
            input,
            log: log.clone(),
            log_start,
            since: Instant::now(),
            said,
        })
    }

    /// What it says once it is up.
    pub fn ready(&self) -> Option<Ready> {
        self.said.try_recv().ok()
    }

    /// How it ended; None while it runs.
    pub fn end(&mut self) -> Option<End> {
        let status = self.child.try_wait().ok()??;
        Some(End {
            how: describe(status),
            complaint: Complaint::last_of(&self.log.since(self.log_start)),
            lived: self.since.elapsed(),
        })
    }

    /// Lets it put everything away: what it works at is given back.
    pub fn stop(mut self) {
        drop(self.input.take());
        let patience = Instant::now() + STOP_WITHIN;
        while Instant::now() < patience {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            thread::sleep(TICK);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Keys of pages are for nobody's eyes: an announcement is not logged.
fn listen(output: ChildStdout, log: &NodeLog, tell: impl Fn(Ready) -> bool) {
    let mut lines = BufReader::new(output);
    let mut line = Vec::new();
    while matches!(lines.read_until(b'\n', &mut line), Ok(1..)) {
        let text = String::from_utf8_lossy(&line);
        match Ready::parse(&text) {
            Some(ready) => {
                tell(ready);
            }
            None => log.note(text.trim_end()),
        }
        line.clear();
    }
}

/// Asks a node of the account that runs by itself for a link to its page. None where none runs; the program asked makes sure that
/// whoever has the agent's port is that node.
pub fn link_of_running(program: &Program, settings: &Settings) -> Option<PageLink> {
    let mut command = program.command();
    command
        .args(settings.link_arguments())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = quiet(&mut command).spawn().ok()?;
    let patience = Instant::now() + LINK_WITHIN;
    while child.try_wait().ok()?.is_none() {
        if Instant::now() > patience {
            let _ = child.kill();
        }
        thread::sleep(TICK);
    }
    PageLink::parse(&io::read_to_string(child.stdout.take()?).ok()?)
}

/// Without a console of its own, as Windows would give it.
fn quiet(command: &mut Command) -> &mut Command {
    #[cfg(windows)]
    {
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        std::os::windows::process::CommandExt::creation_flags(command, CREATE_NO_WINDOW);
    }
    command
}

fn describe(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("killed by signal {signal}");
    }
    match status.code() {
        Some(code) => format!("exit code {code}"),
        None => "for no reason that is known".to_owned(),
    }
}
