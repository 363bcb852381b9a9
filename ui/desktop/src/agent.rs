use std::collections::HashSet;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::said::PageLink;

/// What the owner is let in by at his agent, until its node stops: the same that the agent's page has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub origin: String,
    token: String,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nobody listens there: the node has ended.
    Gone,
    /// Another node listens there than the one that gave the token.
    Stranger,
    /// It does not answer now, or in a way that is not understood.
    Unclear,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Ended {
    pub job_id: String,
    pub permlink: String,
    pub outcome: String,
    pub reason: Option<String>,
    pub at: String,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Work {
    pub permlink: String,
    pub overall: f64,
}

/// What the shell shows of everything that the agent tells.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    pub is_paused: bool,
    pub obstacle: Option<String>,
    pub work: Option<Work>,
    pub ended: Vec<Ended>,
}

const ANSWER_WITHIN: Duration = Duration::from_secs(3);

impl Session {
    /// Uses the link's key up.
    pub fn open(link: &PageLink) -> Result<Session, Fault> {
        let answer = call(&link.origin, None, "/page/session", Some(json!({ "key": link.key })))?;
        let token = answer["token"].as_str().ok_or(Fault::Unclear)?.to_owned();
        Ok(Session {
            origin: link.origin.clone(),
            token,
        })
    }

    pub fn status(&self) -> Result<Status, Fault> {
        let answer = self.ask("/owner/status", None)?;
        serde_json::from_value(answer).map_err(|_| Fault::Unclear)
    }

    pub fn pause(&self, paused: bool) -> Result<(), Fault> {
        self.ask("/owner/pause", Some(json!({ "paused": paused }))).map(|_| ())
    }

    /// Another link, for the window.
    pub fn link(&self) -> Result<PageLink, Fault> {
        let answer = self.ask("/owner/links", Some(json!({})))?;
        let link = answer["url"].as_str().and_then(PageLink::parse);
        link.ok_or(Fault::Unclear)
    }

    fn ask(&self, path: &str, body: Option<Value>) -> Result<Value, Fault> {
        call(&self.origin, Some(&self.token), path, body)
    }
}

/// Asks as the agent's own page does: only that is let in by a token of the page.
fn call(origin: &str, token: Option<&str>, path: &str, body: Option<Value>) -> Result<Value, Fault> {
    let client: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(ANSWER_WITHIN))
        .http_status_as_error(false)
        .max_redirects(0)
        // What is said to this machine goes through nobody else.
        .proxy(None)
        .build()
        .into();
    let url = format!("{origin}{path}");
    let authorization = token.map(|token| format!("Bearer {token}"));
    let answer = match body {
        Some(body) => {
            let mut request = client.post(&url).header("origin", origin).content_type("application/json");
            if let Some(value) = &authorization {
                request = request.header("authorization", value);
            }
            request.send(body.to_string())
        }
        None => {
            let mut request = client.get(&url).header("origin", origin);
            if let Some(value) = &authorization {
                request = request.header("authorization", value);
            }
            request.call()
        }
    };
    let mut answer = answer.map_err(|error| match error {
        ureq::Error::Io(cause) if cause.kind() == std::io::ErrorKind::ConnectionRefused => Fault::Gone,
        ureq::Error::ConnectionFailed => Fault::Gone,
        _ => Fault::Unclear,
    })?;
    match answer.status().as_u16() {
        200..=299 => {
            let text = answer.body_mut().read_to_string().map_err(|_| Fault::Unclear)?;
            if text.is_empty() {
                return Ok(Value::Null);
            }
            serde_json::from_str(&text).map_err(|_| Fault::Unclear)
        }
        401 | 403 | 404 => Err(Fault::Stranger),
        _ => Err(Fault::Unclear),
    }
}

/// Which ends of jobs have been seen, so that each is told once.
#[derive(Default)]
pub struct Seen(Option<HashSet<(String, String)>>);

impl Seen {
    /// Of a node that was just started, whose every end is news; of one met running, those that it begins with are not.
    pub fn nothing() -> Seen {
        Seen(Some(HashSet::new()))
    }

    /// Those not seen before, the oldest first.
    pub fn news(&mut self, ended: &[Ended]) -> Vec<Ended> {
        let keys = || ended.iter().map(|end| (end.job_id.clone(), end.at.clone()));
        let Some(seen) = &mut self.0 else {
            self.0 = Some(keys().collect());
            return Vec::new();
        };
        let news = ended
            .iter()
            .rev()
            .filter(|end| !seen.contains(&(end.job_id.clone(), end.at.clone())));
        let news = news.cloned().collect();
        *seen = keys().collect();
        news
    }
}

/// What its owner is told of a job's end; nothing of one that only goes on later.
pub fn notice_of(end: &Ended) -> Option<(String, String)> {
    let title = match end.outcome.as_str() {
        "completed" => "Encoded",
        "failed" => "Not encoded",
        "lost" => "Taken over",
        _ => return None,
    };
    let body = match &end.reason {
        Some(reason) => format!("{}: {reason}", end.permlink),
        None => end.permlink.clone(),
    };
    Some((title.to_owned(), body))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(id: &str, at: &str) -> Ended {
        Ended {
            job_id: id.into(),
            permlink: format!("{id}.mp4"),
            outcome: "completed".into(),
            reason: None,
            at: at.into(),
        }
    }

    fn names(ends: &[Ended]) -> Vec<&str> {
        ends.iter().map(|end| end.job_id.as_str()).collect()
    }

    #[test]
    fn each_end_is_news_once_and_the_oldest_first() {
        let mut seen = Seen::nothing();
        assert_eq!(names(&seen.news(&[end("b", "2"), end("a", "1")])), ["a", "b"]);
        assert_eq!(names(&seen.news(&[end("b", "2"), end("a", "1")])), [""; 0]);
        assert_eq!(names(&seen.news(&[end("a", "3"), end("b", "2"), end("a", "1")])), ["a"]);
    }

    #[test]
    fn what_had_ended_before_a_running_node_was_met_is_no_news() {
        let mut seen = Seen::default();
        assert_eq!(names(&seen.news(&[end("a", "1")])), [""; 0]);
        assert_eq!(names(&seen.news(&[end("b", "2"), end("a", "1")])), ["b"]);
    }

    #[test]
    fn the_owner_is_told_how_a_job_ended() {
        let mut failed = end("a", "1");
        failed.outcome = "failed".into();
        failed.reason = Some("it has no video".into());
        assert_eq!(notice_of(&failed), Some(("Not encoded".into(), "a.mp4: it has no video".into())));
        assert_eq!(notice_of(&end("b", "1")), Some(("Encoded".into(), "b.mp4".into())));
        failed.outcome = "given back".into();
        assert_eq!(notice_of(&failed), None);
    }

    #[test]
    fn an_agent_that_listens_no_more_is_gone() {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port is free")
            .port();
        let link = PageLink {
            origin: format!("http://127.0.0.1:{port}"),
            key: "0".repeat(64),
        };
        assert_eq!(Session::open(&link), Err(Fault::Gone));
    }
}
