use std::time::Instant;

use serde::Serialize;
use tauri::{AppHandle, State};

use crate::menu;
use crate::settings::Settings;
use crate::shell::Shell;
use crate::supervisor::Act;
use crate::view::Phase;
use crate::window::{self, Place};

/// What the shell's own page is told.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PageView {
    phase: &'static str,
    /// Of the program, or of the shell itself: `settings`, `program`, `ended`, `gone`, `no-agent`.
    code: Option<String>,
    text: Option<String>,
    retry_seconds: Option<u64>,
    settings: Option<Settings>,
    program: Vec<String>,
    log: String,
}

#[tauri::command]
pub fn view(shell: State<'_, Shell>) -> PageView {
    let view = shell.view();
    let (code, text) = view.reason.map(|reason| (reason.code, reason.text)).unzip();
    let left = view.retry_at.map(|at| at.saturating_duration_since(Instant::now()));
    PageView {
        phase: match view.phase {
            Phase::Unset => "unset",
            Phase::Starting => "starting",
            Phase::Up => "up",
            Phase::Waiting => "waiting",
            Phase::Stopped => "stopped",
            Phase::Stopping => "stopping",
        },
        code,
        text,
        retry_seconds: left.map(|left| left.as_secs()),
        settings: view.settings,
        program: view.program,
        log: shell.log.file.display().to_string(),
    }
}

/// Keeps the settings and begins with them.
#[tauri::command]
pub fn save(app: AppHandle, shell: State<'_, Shell>, settings: Settings) -> Result<(), String> {
    settings.write(&shell.settings_file)?;
    shell.act(Act::Begin);
    window::go(&app, Place::Machine);
    Ok(())
}

#[tauri::command]
pub fn again(shell: State<'_, Shell>) {
    shell.act(Act::Begin);
}

#[tauri::command]
pub fn open_log(app: AppHandle) {
    menu::open_log(&app);
}
