use serde::Deserialize;

/// The address of the agent's page, with the key that opens it once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageLink {
    /// `http://127.0.0.1:3002`
    pub origin: String,
    pub key: String,
}

const KEY_LENGTH: usize = 64;

impl PageLink {
    /// Takes addresses of this machine only: the key is sent to whoever is there.
    pub fn parse(text: &str) -> Option<PageLink> {
        let (origin, key) = text.trim().split_once("/#key=")?;
        let port = origin.strip_prefix("http://127.0.0.1:")?;
        let is_port = port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok();
        let is_key = key.len() == KEY_LENGTH && key.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_port && is_key).then(|| PageLink {
            origin: origin.to_owned(),
            key: key.to_owned(),
        })
    }

    pub fn url(&self) -> String {
        format!("{}/#key={}", self.origin, self.key)
    }
}

/// What a supervised node says on its standard output once it is up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// None where its agent found no port, or was told to have none.
    pub page: Option<PageLink>,
}

#[derive(Deserialize)]
struct Announcement {
    r#type: String,
    page: Option<String>,
}

impl Ready {
    pub fn parse(line: &str) -> Option<Ready> {
        let said: Announcement = serde_json::from_str(line).ok()?;
        (said.r#type == "ready").then(|| Ready {
            page: said.page.as_deref().and_then(PageLink::parse),
        })
    }
}

/// Why a node ended, as it says itself in its last words: a code for programs, and a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    pub code: String,
    pub text: String,
}

impl Complaint {
    /// Finds it among lines of a log, most of which are JSON.
    pub fn last_of(lines: &str) -> Option<Complaint> {
        lines.lines().rev().find_map(|line| {
            let (code, text) = line.split_once(": ")?;
            let is_code = !code.is_empty() && code.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'-'));
            is_code.then(|| Complaint {
                code: code.to_owned(),
                text: text.trim().to_owned(),
            })
        })
    }

    /// Starting again changes nothing before somebody has mended what is told.
    pub fn takes_a_person(&self) -> bool {
        const CODES: [&str; 14] = [
            "chain-foreign",
            "data-foreign",
            "data-unusable",
            "error",
            "ffmpeg-missing",
            "key-missing",
            "key-wrong",
            "keystore-damaged",
            "keystore-exposed",
            "keystore-locked",
            "keystore-missing",
            "option-invalid",
            "password-wrong",
            "unsupported-here",
        ];
        CODES.contains(&self.code.as_str())
    }

    /// Another process has the node's directory: a node of this account runs already.
    pub fn is_locked(&self) -> bool {
        self.code == "data-locked"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> String {
        "0123456789abcdef".repeat(4)
    }

    #[test]
    fn a_ready_node_says_where_its_page_is() {
        let line = format!(
            r#"{{"type":"ready","url":"http://127.0.0.1:40001","agent":"http://127.0.0.1:3002","page":"http://127.0.0.1:3002/#key={}"}}"#,
            key()
        );
        let page = Ready::parse(&line).and_then(|ready| ready.page);
        assert_eq!(page.map(|page| page.url()), Some(format!("http://127.0.0.1:3002/#key={}", key())));
    }

    #[test]
    fn a_node_without_a_page_is_ready_all_the_same() {
        let line = r#"{"type":"ready","url":"http://127.0.0.1:40001","agent":null,"page":null}"#;
        assert_eq!(Ready::parse(line), Some(Ready { page: None }));
    }

    #[test]
    fn other_lines_are_no_announcement() {
        for line in [
            "",
            "@alice on devchain",
            "{",
            "null",
            r#"{"type":"bye"}"#,
            r#"{"url":"http://127.0.0.1:1"}"#,
        ] {
            assert_eq!(Ready::parse(line), None, "{line}");
        }
    }

    #[test]
    fn keys_go_to_no_other_machine() {
        let addresses = [
            format!("http://evil.example:3002/#key={}", key()),
            format!("http://127.0.0.1:3002@evil.example/#key={}", key()),
            format!("http://127.0.0.1:3002.evil.example/#key={}", key()),
            format!("http://127.0.0.1:99999/#key={}", key()),
            format!("http://127.0.0.1:/#key={}", key()),
            format!("https://127.0.0.1:3002/#key={}", key()),
            format!("http://127.0.0.1:3002/x/#key={}", key()),
            "http://127.0.0.1:3002/#key=".to_owned(),
            format!("http://127.0.0.1:3002/#key={}&more", key()),
            format!("file:///etc/#key={}", key()),
        ];
        for address in addresses {
            assert_eq!(PageLink::parse(&address), None, "{address}");
        }
    }

    #[test]
    fn the_last_words_are_found_among_lines_of_the_log() {
        let log = "{\"level\":30,\"msg\":\"node is up: here\"}\nkey-missing: A node needs the posting key of @alice: import it.\n{\"level\":30}\n";
        let complaint = Complaint::last_of(log);
        assert_eq!(
            complaint,
            Some(Complaint {
                code: "key-missing".into(),
                text: "A node needs the posting key of @alice: import it.".into()
            })
        );
        assert!(complaint.is_some_and(|said| said.takes_a_person() && !said.is_locked()));
        assert_eq!(Complaint::last_of("{\"msg\":\"a: b\"}\n    at run (file.ts:1)\n"), None);
    }

    #[test]
    fn what_passes_by_itself_takes_nobody() {
        for code in ["chain-unavailable", "data-locked", "disk-full", "internal"] {
            let complaint = Complaint::last_of(&format!("{code}: It is so.")).expect("it is one");
            assert!(!complaint.takes_a_person(), "{code}");
        }
    }
}
