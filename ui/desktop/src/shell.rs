use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tauri::{AppHandle, Manager};

use crate::node_log::NodeLog;
use crate::supervisor::Act;
use crate::view::View;
use crate::window::Place;

/// What every part of the shell may reach.
pub struct Shell {
    pub acts: Sender<Act>,
    pub view: Arc<Mutex<View>>,
    pub settings_file: PathBuf,
    pub log: NodeLog,
    /// What the window is to show, and what it shows.
    pub place: Mutex<Place>,
    pub shown: Mutex<Option<Place>>,
}

impl Shell {
    pub fn of(app: &AppHandle) -> tauri::State<'_, Shell> {
        app.state::<Shell>()
    }

    /// The supervisor ends only when the process does.
    pub fn act(&self, act: Act) {
        let _ = self.acts.send(act);
    }

    pub fn view(&self) -> View {
        held(&self.view).clone()
    }
}

/// What is kept behind locks here stays whole whoever panics.
pub fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
