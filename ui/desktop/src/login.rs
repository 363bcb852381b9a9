//! Starting at login, by what each system has for it: an autostart entry, a launch agent, a value of the registry.

use auto_launch::{AutoLaunch, AutoLaunchBuilder};
use tauri::process::current_binary;
use tauri::{AppHandle, Manager};

/// `argument` tells the shell that it was started so. Fails with a sentence for its user.
pub fn at_login(app: &AppHandle, argument: &str) -> Result<AutoLaunch, String> {
    let shell = current_binary(&app.env()).map_err(|error| error.to_string())?;
    AutoLaunchBuilder::new()
        .set_app_name(&app.package_info().name)
        .set_app_path(&as_word(&shell.display().to_string()))
        .set_args(&[argument])
        .build()
        .map_err(|error| error.to_string())
}

/// The shell's path as the first word of a command line: what writes the entry puts it there as it is.
fn as_word(path: &str) -> String {
    if cfg!(windows) {
        registry_word(path)
    } else if cfg!(target_os = "linux") {
        desktop_entry_word(path)
    } else {
        // A launch agent has each word in an element of its own.
        path.to_owned()
    }
}

/// No path of Windows has quotation marks.
fn registry_word(path: &str) -> String {
    format!("\"{path}\"")
}

/// Exec of the Desktop Entry Specification: quoted, with percent signs doubled; and the whole is a value in which backslashes are escaped once more.
/// GLib and systemd look for the program before they read doubled percent signs as one: such a path is an argument, of `env`.
fn desktop_entry_word(path: &str) -> String {
    let mut word = String::from(if path.contains('%') { "/usr/bin/env \"" } else { "\"" });
    for letter in path.chars() {
        match letter {
            '"' | '`' | '$' => word.push_str(r"\\"),
            '\\' => word.push_str(r"\\\"),
            '%' => word.push('%'),
            _ => {}
        }
        word.push(letter);
    }
    word.push('"');
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_windows_is_one_word_whatever_spaces_it_has() {
        assert_eq!(registry_word(r"C:\Program Files\spk\spk.exe"), r#""C:\Program Files\spk\spk.exe""#);
    }

    #[test]
    fn a_path_is_one_word_of_a_desktop_entry_whatever_is_in_it() {
        assert_eq!(desktop_entry_word("/opt/a b/100%/spk"), r#"/usr/bin/env "/opt/a b/100%%/spk""#);
        assert_eq!(desktop_entry_word("/opt/a b/spk"), r#""/opt/a b/spk""#);
        assert_eq!(desktop_entry_word(r#"/a"b$c`d\e"#), r#""/a\\"b\\$c\\`d\\\\e""#);
    }

    /// By what desktops of GNOME start such entries with.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_desktop_starts_what_the_entry_names() {
        use std::fs;
        use std::os::unix::fs::PermissionsExt;
        use std::process::Command;
        use std::time::{Duration, Instant};

        let folder = std::env::temp_dir().join(format!("spk-shell-login-{}", std::process::id()));
        let shell = folder.join(r#"100% of "$HOME" `a` \b"#).join("the shell");
        let told = folder.join("told");
        fs::create_dir_all(shell.parent().expect("it is in a folder")).expect("folders can be made");
        let script = format!(
            "#!/bin/sh\nprintf '%s ' \"$0\" \"$@\" > '{0}.new' && mv '{0}.new' '{0}'\n",
            told.display()
        );
        fs::write(&shell, script).expect("files can be written");
        fs::set_permissions(&shell, fs::Permissions::from_mode(0o700)).expect("it can be made a program");
        let path = shell.display().to_string();
        let entry = folder.join("spk.desktop");
        let text = format!(
            "[Desktop Entry]\nType=Application\nName=spk\nExec={} --hidden",
            desktop_entry_word(&path)
        );
        fs::write(&entry, text).expect("files can be written");

        let launched = Command::new("gio").arg("launch").arg(&entry).status().expect("gio is there");
        assert!(launched.success());
        let patience = Instant::now() + Duration::from_secs(60);
        while !told.exists() && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(20));
        }
        let words = fs::read_to_string(&told);
        fs::remove_dir_all(&folder).expect("it is ours");
        assert_eq!(words.expect("it was started"), format!("{path} --hidden "));
    }
}
