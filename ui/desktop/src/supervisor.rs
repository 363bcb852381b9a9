use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::agent::{Ended, Fault, Seen, Session};
use crate::back_off::BackOff;
use crate::node_log::NodeLog;
use crate::program::{Places, Program};
use crate::said::{Complaint, PageLink};
use crate::settings::Settings;
use crate::sidecar::{End, Sidecar, link_of_running};
use crate::view::{Phase, View};

/// What the user asks of the supervisor.
pub enum Act {
    /// Begin, with the settings as they are now.
    Begin,
    Pause(bool),
    /// Take no further job, and quit when the one at work has ended.
    Drain,
    Quit,
}

pub trait Watcher: Send {
    fn changed(&self, view: &View);
    fn ended(&self, end: &Ended);
    fn quit(&self);
}

/// ```text
/// Idle -> Starting -> Up -> Waiting -> Starting …      a node of the shell's own, until it is stopped
///              Waiting -> Up -> Waiting                one met running: it was started by somebody else, and is left to him
/// ```
enum State {
    Idle,
    Starting(Sidecar),
    Up(Option<Sidecar>, Access),
    Waiting(Instant),
}

/// How far the shell has come with the agent of a node that is up.
enum Access {
    /// It has none, or let nobody in so far.
    None,
    Link(PageLink),
    Session(Session),
}

const TICK: Duration = Duration::from_millis(250);
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);
/// Whoever runs the node that was met gets that long to start it again himself.
const GRACE: Duration = Duration::from_secs(15);

pub struct Supervisor<W> {
    pub settings_file: PathBuf,
    pub resources: Option<PathBuf>,
    pub log: NodeLog,
    pub view: Arc<Mutex<View>>,
    pub watcher: W,
    next: View,
    state: State,
    setup: Option<(Program, Settings)>,
    back_off: BackOff,
    seen: Seen,
    /// To be told to the agent as soon as it listens.
    wanted_pause: Option<bool>,
    may_be_running: bool,
    look_at: Instant,
}

impl<W: Watcher> Supervisor<W> {
    pub fn new(settings_file: PathBuf, resources: Option<PathBuf>, log: NodeLog, view: Arc<Mutex<View>>, watcher: W) -> Self {
        Supervisor {
            settings_file,
            resources,
            log,
            view,
            watcher,
            next: View::default(),
            state: State::Idle,
            setup: None,
            back_off: BackOff::default(),
            seen: Seen::default(),
            wanted_pause: None,
            may_be_running: true,
            look_at: Instant::now(),
        }
    }

    /// Until somebody asks it to quit, or the last job of a drained node has ended.
    pub fn run(mut self, acts: &Receiver<Act>) {
        self.begin();
        while !self.is_drained() {
            self.tell();
            match acts.recv_timeout(TICK) {
                Ok(Act::Quit) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(act) => self.act(act),
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.tick();
        }
        self.next.phase = Phase::Stopping;
        self.tell();
        self.stop();
        self.watcher.quit();
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Begin => {
                self.next.phase = Phase::Stopping;
                self.next.session = None;
                self.tell();
                self.stop();
                self.back_off = BackOff::default();
                self.may_be_running = true;
                self.begin();
            }
            Act::Pause(paused) => {
                self.wanted_pause = Some(paused);
                self.look_at = Instant::now();
            }
            Act::Drain => {
                self.next.is_draining = true;
                self.act(Act::Pause(true));
            }
            Act::Quit => {}
        }
    }

    /// Looks what is to be run, and runs it.
    fn begin(&mut self) {
        let settings = match Settings::read(&self.settings_file) {
            Ok(Some(settings)) => settings,
            Ok(None) => return self.rest(Phase::Unset, None),
            Err(text) => return self.rest(Phase::Stopped, complaint("settings", &text)),
        };
        let places = Places::of_this_machine(settings.program.as_deref(), self.resources.clone());
        self.next.settings = Some(settings.clone());
        match Program::find(&places) {
            Ok(program) => {
                self.next.program = program.words();
                self.setup = Some((program, settings));
                self.start();
            }
            Err(text) => self.rest(Phase::Stopped, complaint("program", &text)),
        }
    }

    fn start(&mut self) {
        let Some((program, settings)) = self.setup.clone() else {
            return;
        };
        self.next.phase = Phase::Starting;
        self.next.retry_at = None;
        self.tell();
        if self.may_be_running
            && let Some(link) = link_of_running(&program, &settings)
        {
            self.seen = Seen::default();
            return self.up(None, Some(link));
        }
        self.may_be_running = false;
        match Sidecar::start(&program, &settings, &self.log) {
            Ok(sidecar) => self.state = State::Starting(sidecar),
            Err(error) => {
                let text = format!("{} cannot be started: {error}.", program.words().join(" "));
                self.rest(Phase::Stopped, complaint("program", &text));
            }
        }
    }

    fn tick(&mut self) {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Idle => {}
            State::Waiting(until) if Instant::now() >= until => self.start(),
            State::Waiting(until) => self.state = State::Waiting(until),
            State::Starting(mut sidecar) => {
                if let Some(end) = sidecar.end() {
                    self.died(end);
                } else if let Some(ready) = sidecar.ready() {
                    self.seen = Seen::nothing();
                    self.up(Some(sidecar), ready.page);
                } else {
                    self.state = State::Starting(sidecar);
                }
            }
            State::Up(mut sidecar, access) => {
                if let Some(end) = sidecar.as_mut().and_then(Sidecar::end) {
                    self.died(end);
                } else if Instant::now() >= self.look_at {
                    self.look_at = Instant::now() + BETWEEN_LOOKS;
                    self.look(sidecar, access);
                } else {
                    self.state = State::Up(sidecar, access);
                }
            }
        }
    }

    fn up(&mut self, sidecar: Option<Sidecar>, link: Option<PageLink>) {
        self.next.phase = Phase::Up;
        self.next.is_met = sidecar.is_none();
        self.next.reason = link.is_none().then(|| Complaint {
            code: "no-agent".to_owned(),
            text: "The node runs without a page: its options say so, or no port was free.".to_owned(),
        });
        // Who has paused a node does not want it at work because it was started again.
        if self.next.status.as_ref().is_some_and(|status| status.is_paused) {
            self.wanted_pause = self.wanted_pause.or(Some(true));
        }
        self.look_at = Instant::now();
        self.state = State::Up(sidecar, link.map_or(Access::None, Access::Link));
        self.tick();
    }

    /// Lets itself in at the agent, or asks it how it does.
    fn look(&mut self, sidecar: Option<Sidecar>, access: Access) {
        let was_outside = matches!(access, Access::Link(_));
        let looked = match &access {
            Access::None => Ok(None),
            Access::Link(link) => Session::open(link).map(Some),
            Access::Session(session) => self.ask(session).map(|()| Some(session.clone())),
        };
        let access = match looked {
            Ok(session) => session.map_or(Access::None, Access::Session),
            Err(Fault::Unclear) => access,
            Err(Fault::Gone) if sidecar.is_some() => access,
            Err(Fault::Gone) => Access::None,
            Err(Fault::Stranger) => self.link_again(),
        };
        self.next.session = match &access {
            Access::Session(session) => Some(session.clone()),
            Access::None | Access::Link(_) => None,
        };
        if sidecar.is_none() && matches!(access, Access::None) {
            self.may_be_running = true;
            return self.wait(GRACE, complaint("gone", "The node that ran here has stopped."));
        }
        if was_outside && matches!(access, Access::Session(_)) {
            self.look_at = Instant::now();
        }
        self.state = State::Up(sidecar, access);
    }

    fn ask(&mut self, session: &Session) -> Result<(), Fault> {
        if let Some(paused) = self.wanted_pause {
            session.pause(paused)?;
            self.wanted_pause = None;
        }
        let status = session.status()?;
        for end in self.seen.news(&status.ended) {
            self.watcher.ended(&end);
        }
        self.next.status = Some(status);
        Ok(())
    }

    fn link_again(&self) -> Access {
        let link = self
            .setup
            .as_ref()
            .and_then(|(program, settings)| link_of_running(program, settings));
        link.map_or(Access::None, Access::Link)
    }

    fn died(&mut self, end: End) {
        let is_locked = end.complaint.as_ref().is_some_and(Complaint::is_locked);
        let takes_a_person = end.complaint.as_ref().is_some_and(Complaint::takes_a_person);
        let reason = end
            .complaint
            .or_else(|| complaint("ended", &format!("The node has ended: {}.", end.how)));
        self.log
            .note(&format!("The node has ended after {} s: {}.", end.lived.as_secs(), end.how));
        self.may_be_running = is_locked;
        if takes_a_person {
            return self.rest(Phase::Stopped, reason);
        }
        let pause = self.back_off.after_life_of(end.lived);
        self.wait(pause, reason);
    }

    fn wait(&mut self, pause: Duration, reason: Option<Complaint>) {
        let until = Instant::now() + pause;
        self.rest(Phase::Waiting, reason);
        self.next.retry_at = Some(until);
        self.state = State::Waiting(until);
    }

    fn rest(&mut self, phase: Phase, reason: Option<Complaint>) {
        self.state = State::Idle;
        self.next.phase = phase;
        self.next.reason = reason;
        self.next.retry_at = None;
        self.next.is_met = false;
        self.next.session = None;
    }

    /// A node that was met is left alone.
    fn stop(&mut self) {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Starting(sidecar) | State::Up(Some(sidecar), _) => sidecar.stop(),
            State::Idle | State::Waiting(_) | State::Up(None, _) => {}
        }
    }

    fn is_drained(&self) -> bool {
        let is_idle = match &self.state {
            State::Starting(_) => false,
            State::Up(_, Access::Link(_) | Access::Session(_)) => {
                let status = self.next.status.as_ref();
                self.wanted_pause.is_none() && status.is_some_and(|status| status.is_paused && status.work.is_none())
            }
            State::Idle | State::Waiting(_) | State::Up(_, Access::None) => true,
        };
        self.next.is_draining && is_idle
    }

    fn tell(&mut self) {
        let is_news = match self.view.lock() {
            Ok(mut view) => {
                let is_news = *view != self.next;
                *view = self.next.clone();
                is_news
            }
            Err(_) => false,
        };
        if is_news {
            self.watcher.changed(&self.next);
        }
    }
}

fn complaint(code: &str, text: &str) -> Option<Complaint> {
    Some(Complaint {
        code: code.to_owned(),
        text: text.to_owned(),
    })
}
