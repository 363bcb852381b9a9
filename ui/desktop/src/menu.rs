use tauri::menu::{CheckMenuItem, Menu, MenuBuilder, MenuItem, SubmenuBuilder};
use tauri::tray::{TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager, Wry};
use tauri_plugin_opener::OpenerExt;

use crate::HIDDEN;
use crate::login::at_login;
use crate::shell::Shell;
use crate::supervisor::Act;
use crate::view::{Phase, View};
use crate::window::{self, Place};

const MACHINE: &str = "machine";
const DASHBOARD: &str = "dashboard";
const SETTINGS: &str = "settings";
const PAUSE: &str = "pause";
const DRAIN: &str = "drain";
const AGAIN: &str = "again";
const LOG: &str = "log";
const LOGIN: &str = "login";
const QUIT: &str = "quit";

/// Items of the tray that change with the node.
pub struct TrayItems {
    state: MenuItem<Wry>,
    dashboard: MenuItem<Wry>,
    pause: CheckMenuItem<Wry>,
    drain: MenuItem<Wry>,
    again: MenuItem<Wry>,
    login: CheckMenuItem<Wry>,
}

/// The window's own menu: what the tray has too, for desktops without one, and the keys by which text is copied and pasted.
pub fn window_menu(app: &AppHandle) -> tauri::Result<Menu<Wry>> {
    let view = SubmenuBuilder::new(app, "spk-encoder")
        .text(MACHINE, "This machine")
        .text(DASHBOARD, "Dashboard")
        .text(SETTINGS, "Settings")
        .text(LOG, "Log")
        .separator()
        .text(QUIT, "Quit")
        .build()?;
    let edit = SubmenuBuilder::new(app, "Edit").cut().copy().paste().select_all().build()?;
    MenuBuilder::new(app).items(&[&view, &edit]).build()
}

pub fn create_tray(app: &AppHandle) -> tauri::Result<()> {
    let is_at_login = is_at_login(app);
    let item = |id: &str, text: &str| MenuItem::with_id(app, id, text, true, None::<&str>);
    let items = TrayItems {
        state: MenuItem::with_id(app, "state", state_text(&View::default()), false, None::<&str>)?,
        dashboard: item(DASHBOARD, "Dashboard")?,
        pause: CheckMenuItem::with_id(app, PAUSE, "Pause", false, false, None::<&str>)?,
        drain: item(DRAIN, "Finish the job, then quit")?,
        again: item(AGAIN, "Start again")?,
        login: CheckMenuItem::with_id(app, LOGIN, "Start at login", true, is_at_login, None::<&str>)?,
    };
    let menu = MenuBuilder::new(app)
        .item(&items.state)
        .separator()
        .text(MACHINE, "This machine")
        .item(&items.dashboard)
        .separator()
        .item(&items.pause)
        .item(&items.drain)
        .item(&items.again)
        .separator()
        .text(LOG, "Log")
        .text(SETTINGS, "Settings")
        .item(&items.login)
        .separator()
        .text(QUIT, "Quit")
        .build()?;
    let mut tray = TrayIconBuilder::with_id("main")
        .tooltip("spk-encoder")
        .menu(&menu)
        .on_tray_icon_event(|tray, event| {
            if matches!(event, TrayIconEvent::DoubleClick { .. }) {
                window::go(tray.app_handle(), Place::Machine);
            }
        });
    if let Some(icon) = app.default_window_icon() {
        tray = tray.icon(icon.clone());
    }
    tray.build(app)?;
    app.manage(items);
    Ok(())
}

/// Has the tray say what the window says.
pub fn follow(app: &AppHandle, view: &View) {
    let Some(items) = app.try_state::<TrayItems>() else {
        return;
    };
    let is_up = view.phase == Phase::Up && view.session.is_some();
    let has_dashboard = view.settings.as_ref().is_some_and(|settings| settings.indexer.is_some());
    let is_paused = view.status.as_ref().is_some_and(|status| status.is_paused);
    let set = || -> tauri::Result<()> {
        items.state.set_text(state_text(view))?;
        items.dashboard.set_enabled(has_dashboard)?;
        items.pause.set_enabled(is_up && !view.is_draining)?;
        items.pause.set_checked(is_paused)?;
        // Another's node is not the shell's to stop.
        items
            .drain
            .set_enabled(!view.is_met && !view.is_draining && view.phase != Phase::Stopping)?;
        items.again.set_enabled(matches!(view.phase, Phase::Waiting | Phase::Stopped))
    };
    let _ = set();
    if let Some(tray) = app.tray_by_id("main") {
        let _ = tray.set_tooltip(Some(state_text(view)));
    }
}

fn state_text(view: &View) -> String {
    let doing = match (view.phase, &view.status) {
        (Phase::Unset, _) => "not set up yet".to_owned(),
        (Phase::Starting, _) => "starting".to_owned(),
        (Phase::Waiting, _) => "starts again soon".to_owned(),
        (Phase::Stopped, _) => "stopped".to_owned(),
        (Phase::Stopping, _) => "stopping".to_owned(),
        (Phase::Up, Some(status)) => match (&status.work, status.is_paused) {
            (Some(work), false) => format!("{}, {} %", work.permlink, work.overall.floor()),
            (Some(work), true) => format!("{}, {} %, then paused", work.permlink, work.overall.floor()),
            (None, true) => "paused".to_owned(),
            (None, false) if status.obstacle.is_some() => "takes no jobs now".to_owned(),
            (None, false) => "ready".to_owned(),
        },
        (Phase::Up, None) => "running".to_owned(),
    };
    match &view.settings {
        Some(settings) => format!("@{}: {doing}", settings.account),
        None => doing,
    }
}

pub fn chosen(app: &AppHandle, id: &str) {
    let shell = Shell::of(app);
    match id {
        MACHINE => window::go(app, Place::Machine),
        DASHBOARD => {
            let indexer = shell.view().settings.and_then(|settings| settings.indexer);
            window::go(app, indexer.map_or(Place::Settings, Place::Dashboard));
        }
        SETTINGS => window::go(app, Place::Settings),
        PAUSE => {
            let is_paused = shell.view().status.is_some_and(|status| status.is_paused);
            shell.act(Act::Pause(!is_paused));
        }
        DRAIN => shell.act(Act::Drain),
        AGAIN => shell.act(Act::Begin),
        LOG => open_log(app),
        LOGIN => switch_login(app),
        QUIT => shell.act(Act::Quit),
        _ => {}
    }
}

pub fn open_log(app: &AppHandle) {
    let file = Shell::of(app).log.file.display().to_string();
    let _ = app.opener().open_path(file, None::<&str>);
}

fn switch_login(app: &AppHandle) {
    let switched = at_login(app, HIDDEN).and_then(|entry| {
        let is_on = entry.is_enabled().unwrap_or(false);
        let done = if is_on { entry.disable() } else { entry.enable() };
        done.map_err(|error| error.to_string())
    });
    if let Err(error) = switched {
        Shell::of(app).log.note(&format!("Starting at login was not changed: {error}."));
    }
    if let Some(items) = app.try_state::<TrayItems>() {
        let _ = items.login.set_checked(is_at_login(app));
    }
}

fn is_at_login(app: &AppHandle) -> bool {
    at_login(app, HIDDEN).is_ok_and(|entry| entry.is_enabled().unwrap_or(false))
}
