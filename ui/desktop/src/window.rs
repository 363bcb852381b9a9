use std::thread;

use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager, Url, WebviewUrl, WebviewWindowBuilder, WindowEvent};
use tauri_plugin_opener::OpenerExt;

use crate::agent::Session;
use crate::job_link::JobLink;
use crate::settings::origin_of;
use crate::shell::{Shell, held};
use crate::view::View;

/// What the one window shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The page of this machine's agent, or why there is none.
    Machine,
    /// That page, of a node that lets this session in.
    Agent(Session),
    Settings,
    /// A job's page on the dashboard; this machine's page where there is no dashboard.
    Job(JobLink),
    /// A page of the indexer's dashboard.
    Dashboard(String),
}

const LABEL: &str = "main";
#[cfg(windows)]
const OWN_PAGE: &str = "http://tauri.localhost/";
#[cfg(not(windows))]
const OWN_PAGE: &str = "tauri://localhost/";

pub fn create(app: &AppHandle, is_visible: bool) -> tauri::Result<()> {
    let (inside, outside) = (app.clone(), app.clone());
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title("spk-encoder")
        .inner_size(960.0, 720.0)
        .min_inner_size(360.0, 480.0)
        .visible(is_visible)
        .on_navigation(move |url| {
            let belongs = belongs_here(&inside, url);
            if !belongs {
                open_outside(&inside, url);
            }
            belongs
        })
        .on_new_window(move |url, _| {
            open_outside(&outside, &url);
            NewWindowResponse::Deny
        })
        .build()?;
    let hidden = window.clone();
    // The node goes on without the window; the tray, or starting the shell again, shows it again.
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { api, .. } = event {
            api.prevent_close();
            let _ = hidden.hide();
        }
    });
    Ok(())
}

pub fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let _ = window.show();
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
}

/// Brings the window to the front, at a place.
pub fn go(app: &AppHandle, place: Place) {
    show(app);
    *held(&Shell::of(app).place) = place;
    let app = app.clone();
    // Links are asked for over HTTP, and whoever calls may be the thread that draws.
    thread::spawn(move || {
        *held(&Shell::of(&app).shown) = None;
        follow(&app);
    });
}

/// Has the window show its place as things stand now: the page of an agent once it is up, and why there is none as long as it is not.
pub fn follow(app: &AppHandle) {
    let shell = Shell::of(app);
    let mut shown = held(&shell.shown);
    let place = held(&shell.place).clone();
    let place = as_things_stand(place, &shell.view());
    if shown.as_ref() == Some(&place) {
        return;
    }
    let address = match &place {
        Place::Settings => Some(format!("{OWN_PAGE}#settings")),
        Place::Dashboard(url) => Some(url.clone()),
        Place::Agent(session) => session.link().ok().map(|link| link.url()),
        Place::Machine | Place::Job(_) => Some(OWN_PAGE.to_owned()),
    };
    let url = address.and_then(|address| Url::parse(&address).ok());
    if let (Some(url), Some(window)) = (url, app.get_webview_window(LABEL))
        && window.navigate(url).is_ok()
    {
        *shown = Some(place);
    }
}

fn as_things_stand(place: Place, view: &View) -> Place {
    let indexer = view.settings.as_ref().and_then(|settings| settings.indexer.as_deref());
    match (place, indexer, &view.session) {
        (Place::Job(link), Some(indexer), _) => Place::Dashboard(link.page(indexer)),
        (Place::Job(_) | Place::Machine, _, Some(session)) => Place::Agent(session.clone()),
        (Place::Job(_), None, None) => Place::Machine,
        (place, _, _) => place,
    }
}

/// The window shows the shell's own page, the agent's and the dashboard's, and nothing else that these lead to.
fn belongs_here(app: &AppHandle, url: &Url) -> bool {
    if is_own_page(url) || url.as_str() == "about:blank" {
        return true;
    }
    let view = Shell::of(app).view();
    let indexer = view.settings.and_then(|settings| settings.indexer);
    let known = [view.session.map(|session| session.origin), indexer.as_deref().and_then(origin_of)];
    origin_of(url.as_str()).is_some_and(|origin| known.contains(&Some(origin)))
}

fn is_own_page(url: &Url) -> bool {
    Url::parse(OWN_PAGE).is_ok_and(|own| own.scheme() == url.scheme() && own.host_str() == url.host_str())
}

fn open_outside(app: &AppHandle, url: &Url) {
    if origin_of(url.as_str()).is_some() {
        let _ = app.opener().open_url(url.as_str(), None::<&str>);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_shells_own_page_is_taken_for_it() {
        let is_own = |text: &str| Url::parse(text).is_ok_and(|url| is_own_page(&url));
        let own = OWN_PAGE.trim_end_matches('/');
        for path in ["", "/", "/#settings", "/index.html"] {
            assert!(is_own(&format!("{own}{path}")), "{path}");
        }
        for other in [
            format!("{own}.evil.example/"),
            "https://evil.example/#tauri://localhost/".into(),
            "data:text/html,tauri://localhost".into(),
        ] {
            assert!(!is_own(&other), "{other}");
        }
    }
}
