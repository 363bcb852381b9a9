use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

/// Where the node's log goes, and its end comes from.
#[derive(Clone)]
pub struct NodeLog {
    pub file: PathBuf,
}

const MOST_BYTES: u64 = 8 << 20;
const END_BYTES: u64 = 16 << 10;

impl NodeLog {
    /// For a node to write to: it has the file itself, so that its log goes on when the shell has died.
    pub fn open(&self) -> io::Result<File> {
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&self.file)
    }

    pub fn note(&self, line: &str) {
        let _ = self.open().and_then(|mut file| writeln!(file, "{line}"));
    }

    /// Keeps what has become long beside it. The node writes on in the same file, at what is its end then.
    pub fn trim(&self) -> io::Result<()> {
        if self.length() > MOST_BYTES {
            fs::copy(&self.file, self.file.with_extension("old.log"))?;
            OpenOptions::new().write(true).open(&self.file)?.set_len(0)?;
        }
        Ok(())
    }

    pub fn length(&self) -> u64 {
        fs::metadata(&self.file).map_or(0, |known| known.len())
    }

    /// What was written after the given length, or the end of it where that is long.
    pub fn since(&self, length: u64) -> String {
        let read = || -> io::Result<String> {
            let mut file = File::open(&self.file)?;
            let from = length.max(self.length().saturating_sub(END_BYTES));
            file.seek(SeekFrom::Start(from))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        read().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_log_is_put_aside_while_it_is_written_to() {
        let folder = std::env::temp_dir().join(format!("spk-shell-log-{}", std::process::id()));
        let log = NodeLog {
            file: folder.join("node.log"),
        };
        let mut writer = log.open().expect("it can be made");
        let line = "x".repeat(1023);
        for _ in 0..=MOST_BYTES / 1024 {
            writeln!(writer, "{line}").expect("there is space");
        }
        log.trim().expect("it can be copied");
        assert_eq!(log.length(), 0);
        writeln!(writer, "goes on").expect("there is space");
        assert_eq!(log.since(0), "goes on\n");
        assert!(fs::metadata(folder.join("node.old.log")).is_ok_and(|old| old.len() > MOST_BYTES));
        fs::remove_dir_all(folder).expect("it is there");
    }

    #[test]
    fn only_what_came_since_is_read_again() {
        let folder = std::env::temp_dir().join(format!("spk-shell-log-since-{}", std::process::id()));
        let log = NodeLog {
            file: folder.join("node.log"),
        };
        log.note("before");
        let length = log.length();
        log.note("after");
        assert_eq!(log.since(length), "after\n");
        fs::remove_dir_all(folder).expect("it is there");
    }
}
