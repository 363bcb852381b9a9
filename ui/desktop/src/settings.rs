use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// How the node is run. Nothing of it is secret: keys come from the keystore, its password from a file or the environment.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    pub account: String,
    #[serde(default = "usual_chain")]
    pub chain: String,
    /// Whose queue the jobs come from, and whose dashboard is shown.
    #[serde(default)]
    pub indexer: Option<String>,
    #[serde(default)]
    pub password_file: Option<String>,
    /// Further options of `spk-encoder node`, a word each.
    #[serde(default)]
    pub options: Vec<String>,
    /// The program, or the folder that it lies in, where it is not found by itself.
    #[serde(default)]
    pub program: Option<String>,
}

fn usual_chain() -> String {
    "devchain".to_owned()
}

impl Settings {
    /// None where there are none yet. Fails with a sentence for what is no settings.
    pub fn read(file: &Path) -> Result<Option<Settings>, String> {
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("{} cannot be read: {error}.", file.display())),
        };
        let settings: Settings = serde_json::from_str(&text).map_err(|error| format!("{} is not understood: {error}.", file.display()))?;
        settings.check().map(|()| Some(settings))
    }

    /// Written beside the old ones and then put in their place: a crash leaves the one or the other.
    pub fn write(&self, file: &Path) -> Result<(), String> {
        self.check()?;
        let explain = |error: std::io::Error| format!("{} cannot be written: {error}.", file.display());
        let text = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(explain)?;
        }
        let unfinished = file.with_extension("unfinished");
        fs::write(&unfinished, text + "\n").map_err(explain)?;
        fs::rename(&unfinished, file).map_err(explain)
    }

    /// What the shell itself goes by; the rest is for the node to judge.
    fn check(&self) -> Result<(), String> {
        if self.account.is_empty() {
            return Err("It takes the name of a Hive account.".to_owned());
        }
        match &self.indexer {
            Some(indexer) if origin_of(indexer).is_none() => Err(format!("{indexer} is not the address of an indexer.")),
            _ => Ok(()),
        }
    }

    /// The command line of the node, behind the program.
    pub fn node_arguments(&self) -> Vec<String> {
        let mut words = vec!["node".to_owned(), "--supervised".to_owned()];
        let mut add = |name: &str, value: &str| words.push(format!("{name}={value}"));
        add("--account", &self.account);
        add("--role", "creator");
        add("--chain", &self.chain);
        if let Some(indexer) = &self.indexer {
            add("--indexer", indexer);
        }
        if let Some(file) = &self.password_file {
            add("--password-file", file);
        }
        words.extend(self.options.iter().cloned());
        words
    }

    /// The command line that asks a running node of the account for a link to its agent's page.
    pub fn link_arguments(&self) -> Vec<String> {
        let mut words = vec!["agent".to_owned(), "open".to_owned(), format!("--account={}", self.account)];
        if let Some(data) = self.data() {
            words.push(format!("--data={data}"));
        }
        words
    }

    fn data(&self) -> Option<&str> {
        let mut options = self.options.iter();
        while let Some(option) = options.next() {
            if option == "--data" {
                return options.next().map(String::as_str);
            }
            if let Some(data) = option.strip_prefix("--data=") {
                return Some(data);
            }
        }
        None
    }
}

/// `https://market.example` of an address there; None for what is no address of a web server, or has a user's name in it.
pub fn origin_of(address: &str) -> Option<String> {
    let url = tauri::Url::parse(address).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https");
    let is_plain = url.username().is_empty() && url.password().is_none();
    (is_web && is_plain && url.has_host()).then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(options: &[&str]) -> Settings {
        Settings {
            account: "alice".into(),
            chain: "devchain".into(),
            indexer: Some("http://127.0.0.1:8080".into()),
            password_file: None,
            options: options.iter().map(|&word| word.into()).collect(),
            program: None,
        }
    }

    #[test]
    fn a_value_that_looks_like_an_option_stays_a_value() {
        let mut settings = settings(&["--hardware", "off"]);
        settings.account = "--dry-run".into();
        let words = settings.node_arguments();
        assert_eq!(words[..4], ["node", "--supervised", "--account=--dry-run", "--role=creator"]);
        assert_eq!(words[words.len() - 2..], ["--hardware", "off"]);
    }

    #[test]
    fn the_agent_is_looked_for_where_the_node_keeps_its_data() {
        for options in [["--data", "/a b"].as_slice(), &["--poll", "9", "--data=/a b"]] {
            assert_eq!(settings(options).link_arguments()[3..], ["--data=/a b"]);
        }
        assert_eq!(settings(&["--data"]).link_arguments().len(), 3);
    }

    #[test]
    fn settings_are_kept_and_read_again() {
        let folder = std::env::temp_dir().join(format!("spk-shell-settings-{}", std::process::id()));
        let file = folder.join("deeper").join("settings.json");
        assert_eq!(Settings::read(&file), Ok(None));
        let kept = settings(&["--dry-run"]);
        assert_eq!(kept.write(&file), Ok(()));
        assert_eq!(Settings::read(&file), Ok(Some(kept)));
        fs::write(&file, r#"{"account":"alice","sparkle":true}"#).expect("the folder is there");
        assert!(Settings::read(&file).is_err_and(|why| why.contains("sparkle")));
        fs::remove_dir_all(folder).expect("it is there");
    }

    #[test]
    fn only_web_servers_are_indexers() {
        assert_eq!(origin_of("https://market.example/path"), Some("https://market.example".into()));
        for address in [
            "",
            "market.example",
            "file:///etc",
            "javascript:1",
            "tauri://localhost",
            "https://a:b@market.example",
        ] {
            assert_eq!(origin_of(address), None, "{address}");
        }
    }
}
