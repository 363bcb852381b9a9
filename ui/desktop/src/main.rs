//! A window and a tray icon around a creator's node, which the shell starts, watches and stops.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod agent;
mod back_off;
mod commands;
mod job_link;
mod login;
mod menu;
mod node_log;
mod program;
mod said;
mod settings;
mod shell;
mod sidecar;
mod supervisor;
mod view;
mod window;

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;

use tauri::{App, AppHandle, Manager, RunEvent};
use tauri_plugin_deep_link::DeepLinkExt;
use tauri_plugin_notification::NotificationExt;

use crate::agent::Ended;
use crate::node_log::NodeLog;
use crate::shell::Shell;
use crate::supervisor::{Supervisor, Watcher};
use crate::view::View;
use crate::window::Place;

/// How the system starts the shell at login: the node runs, and the window waits to be asked for.
const HIDDEN: &str = "--hidden";

fn main() {
    tauri::Builder::default()
        // Before everything else: a second shell hands over what it was started with, and ends.
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _| called(app, &arguments)))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_opener::Builder::new().open_js_links_on_click(false).build())
        .menu(menu::window_menu)
        .on_menu_event(|app, event| menu::chosen(app, event.id().as_ref()))
        .invoke_handler(tauri::generate_handler![
            commands::view,
            commands::save,
            commands::again,
            commands::open_log
        ])
        .setup(|app| Ok(set_up(app)?))
        .build(tauri::generate_context!())
        .expect("the shell's own files are in order")
        .run(|_, event| {
            // Only the supervisor ends the shell, with a code, once the node is put away.
            if let RunEvent::ExitRequested { code: None, api, .. } = event {
                api.prevent_exit();
            }
        });
}

fn set_up(app: &mut App) -> tauri::Result<()> {
    let app = app.handle();
    let (acts, asked) = channel();
    let view = Arc::new(Mutex::new(View::default()));
    let settings_file = app.path().app_config_dir()?.join("desktop.json");
    let log = NodeLog {
        file: app.path().app_log_dir()?.join("node.log"),
    };
    let resources = app.path().resource_dir().ok();
    app.manage(Shell {
        acts,
        view: Arc::clone(&view),
        settings_file: settings_file.clone(),
        log: log.clone(),
        place: Mutex::new(Place::Machine),
        shown: Mutex::new(Some(Place::Machine)),
    });
    let arguments: Vec<String> = std::env::args().collect();
    window::create(app, !arguments.iter().any(|argument| argument == HIDDEN))?;
    menu::create_tray(app)?;
    take_links(app);
    let supervisor = Supervisor::new(settings_file, resources, log, view, AppWatcher(app.clone()));
    thread::spawn(move || supervisor.run(&asked));
    if let Some(link) = job_link::among(&arguments) {
        window::go(app, Place::Job(link));
    }
    Ok(())
}

/// Installers register the scheme; a shell that was only built does so itself. macOS knows only installed ones, and brings links as
/// events where the others bring them as arguments.
fn take_links(app: &AppHandle) {
    if cfg!(target_os = "macos") {
        let opened = app.clone();
        app.deep_link().on_open_url(move |event| {
            let links: Vec<String> = event.urls().iter().map(ToString::to_string).collect();
            called(&opened, &links);
        });
    } else if let Err(error) = app.deep_link().register_all() {
        Shell::of(app)
            .log
            .note(&format!("Links of the form spk-encoder://job/… do not open here: {error}."));
    }
}

/// Somebody has started the shell again, or opened a link.
fn called(app: &AppHandle, arguments: &[String]) {
    match job_link::among(arguments) {
        Some(link) => window::go(app, Place::Job(link)),
        None if arguments.iter().any(|argument| argument == HIDDEN) => {}
        None => window::show(app),
    }
}

struct AppWatcher(AppHandle);

impl Watcher for AppWatcher {
    fn changed(&self, view: &View) {
        menu::follow(&self.0, view);
        window::follow(&self.0);
    }

    fn ended(&self, end: &Ended) {
        let Some((title, body)) = agent::notice_of(end) else {
            return;
        };
        if let Err(error) = self.0.notification().builder().title(title).body(body).show() {
            Shell::of(&self.0).log.note(&format!("A notification was not shown: {error}."));
        }
    }

    fn quit(&self) {
        self.0.exit(0);
    }
}
