/// A job as `spk-encoder://job/<id>` names it.
///
/// Any page may open such a link, so it can say nothing but which job to show: whatever is not exactly the scheme, `job` and one id of
/// a job is no link at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobLink {
    id: String,
}

const START: &str = "spk-encoder://job/";

impl JobLink {
    pub fn parse(text: &str) -> Option<JobLink> {
        let id = text.strip_prefix(START)?;
        // Pages that build links out of parts write the colon of a market's job so.
        let id = id.replacen("%3A", ":", 1).replacen("%3a", ":", 1);
        (is_queue_job(&id) || is_market_job(&id)).then_some(JobLink { id })
    }

    /// Where an indexer's dashboard shows the job.
    pub fn page(&self, indexer: &str) -> String {
        format!("{}/jobs/{}", indexer.trim_end_matches('/'), self.id)
    }
}

/// The first link among the arguments that a system starts the shell with.
pub fn among(arguments: &[String]) -> Option<JobLink> {
    arguments.iter().find_map(|argument| JobLink::parse(argument))
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A UUID.
fn is_queue_job(id: &str) -> bool {
    let parts: Vec<&str> = id.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(|part| is_hex(part))
}

/// Its creator, a colon and 16 hex digits.
fn is_market_job(id: &str) -> bool {
    let Some((account, number)) = id.split_once(':') else {
        return false;
    };
    (3..=16).contains(&account.len())
        && account.starts_with(|first: char| first.is_ascii_lowercase())
        && account.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'))
        && !account.contains("..")
        && number.len() == 16
        && is_hex(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUEUE_JOB: &str = "spk-encoder://job/0b5f3f6e-2a8e-4d0b-9a51-7f7d7a3c1e42";

    #[test]
    fn jobs_of_the_queue_and_of_the_market_have_links() {
        let pages = [
            QUEUE_JOB,
            "spk-encoder://job/alice:00112233445566ff",
            "spk-encoder://job/a.b-c%3A00112233445566ff",
        ]
        .map(|text| JobLink::parse(text).map(|link| link.page("https://market.example/")));
        assert_eq!(
            pages,
            [
                Some("https://market.example/jobs/0b5f3f6e-2a8e-4d0b-9a51-7f7d7a3c1e42".to_owned()),
                Some("https://market.example/jobs/alice:00112233445566ff".to_owned()),
                Some("https://market.example/jobs/a.b-c:00112233445566ff".to_owned()),
            ]
        );
    }

    #[test]
    fn anything_else_is_no_link() {
        let longer = |more: &str| format!("{QUEUE_JOB}{more}");
        let hostile = [
            String::new(),
            "spk-encoder://job/".into(),
            "spk-encoder://job/../../owner/pause".into(),
            "spk-encoder://job/..%2f..%2fowner".into(),
            "spk-encoder://job/..:00112233445566ff".into(),
            "spk-encoder://job/a..b:00112233445566ff".into(),
            "spk-encoder://job/%61lice:00112233445566ff".into(),
            "spk-encoder://job/alice:00112233445566ff:00".into(),
            "spk-encoder://job/alice@evil.example:00112233445566ff".into(),
            "spk-encoder://job//evil.example/00112233445566ff".into(),
            "spk-encoder://user@job/0b5f3f6e-2a8e-4d0b-9a51-7f7d7a3c1e42".into(),
            "spk-encoder://pause/0b5f3f6e-2a8e-4d0b-9a51-7f7d7a3c1e42".into(),
            "https://job/0b5f3f6e-2a8e-4d0b-9a51-7f7d7a3c1e42".into(),
            "javascript:alert(1)//0b5f3f6e-2a8e-4d0b-9a51-7f7d7a3c1e42".into(),
            " spk-encoder://job/0b5f3f6e-2a8e-4d0b-9a51-7f7d7a3c1e42".into(),
            longer("/"),
            longer("/../../settings"),
            longer("?next=https://evil.example"),
            longer("#key=00"),
            longer("\n"),
            longer("\0"),
            longer(" --data /"),
            QUEUE_JOB.to_uppercase(),
            QUEUE_JOB.replace('0', "\u{0660}"),
            format!("spk-encoder://job/{}:00112233445566ff", "a".repeat(100_000)),
        ];
        for text in hostile {
            assert_eq!(JobLink::parse(&text), None, "{text:?}");
        }
    }

    #[test]
    fn options_are_not_mistaken_for_links() {
        let words = ["spk-encoder-desktop", "--hidden", QUEUE_JOB].map(String::from);
        assert_eq!(among(&words), JobLink::parse(QUEUE_JOB));
        assert_eq!(among(&words[..2]), None);
    }
}
