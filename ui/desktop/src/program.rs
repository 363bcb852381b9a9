use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How `spk-encoder` is called on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    words: Vec<PathBuf>,
}

/// Where it is looked for, in this order. A place that somebody has named is the only one then.
pub struct Places {
    /// `SPK_ENCODER`, or else what the settings say: the program, or a folder with the whole of it.
    pub named: Option<PathBuf>,
    /// Files that an installer has put beside the shell.
    pub resources: Option<PathBuf>,
    /// The shell itself.
    pub shell: Option<PathBuf>,
    /// Folders of `PATH`.
    pub path: Vec<PathBuf>,
}

impl Places {
    pub fn of_this_machine(from_settings: Option<&str>, resources: Option<PathBuf>) -> Places {
        let path = env::var_os("PATH").unwrap_or_default();
        Places {
            named: env::var_os("SPK_ENCODER")
                .or_else(|| from_settings.map(Into::into))
                .map(PathBuf::from),
            resources,
            shell: env::current_exe().ok(),
            path: env::split_paths(&path).collect(),
        }
    }
}

impl Program {
    /// Fails with a sentence for its user.
    pub fn find(places: &Places) -> Result<Program, String> {
        if let Some(named) = &places.named {
            return Program::at(named).ok_or_else(|| format!("There is no spk-encoder at {}.", named.display()));
        }
        let bundled = places.resources.as_ref().map(|folder| folder.join("spk-encoder"));
        let checkout = places.shell.as_deref().and_then(checkout_of);
        let folders = [bundled, checkout].into_iter().flatten();
        let files = places.path.iter().flat_map(|folder| PROGRAM_FILES.map(|name| folder.join(name)));
        folders.chain(files).find_map(|place| Program::at(&place)).ok_or_else(|| {
            "spk-encoder was not found on this machine: name its folder in the settings, or in the environment variable SPK_ENCODER."
                .to_owned()
        })
    }

    fn at(place: &Path) -> Option<Program> {
        let main = place.join("node").join("main.ts");
        if main.is_file() {
            let node = place.join("node_modules").join("node").join("bin").join(NODE_FILE);
            return node.is_file().then(|| Program { words: vec![node, main] });
        }
        place.is_file().then(|| Program {
            words: vec![place.to_owned()],
        })
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]);
        command
    }

    /// As somebody would type it.
    pub fn words(&self) -> Vec<String> {
        self.words.iter().map(|word| word.display().to_string()).collect()
    }
}

#[cfg(windows)]
const NODE_FILE: &str = "node.exe";
#[cfg(not(windows))]
const NODE_FILE: &str = "node";
#[cfg(windows)]
const PROGRAM_FILES: [&str; 2] = ["spk-encoder.exe", "spk-encoder.cmd"];
#[cfg(not(windows))]
const PROGRAM_FILES: [&str; 1] = ["spk-encoder"];

/// The checkout that a shell was built in, which lies in its `ui/desktop/target/release`; nobody's else, so that whoever can write to a
/// folder above an installed shell cannot have it run what he likes.
fn checkout_of(shell: &Path) -> Option<PathBuf> {
    let target = shell.parent()?.parent()?;
    let checkout = target.parent()?.parent()?.parent()?;
    (target == checkout.join("ui").join("desktop").join("target")).then(|| checkout.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let path = env::temp_dir().join(format!("spk-shell-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).expect("temporary folders can be made");
            Folder(path)
        }

        fn file(&self, path: &str) -> PathBuf {
            let file = self.0.join(path);
            fs::create_dir_all(file.parent().expect("it is in the folder")).expect("it can be made");
            fs::write(&file, "").expect("it can be written");
            file
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn nowhere() -> Places {
        Places {
            named: None,
            resources: None,
            shell: None,
            path: Vec::new(),
        }
    }

    #[test]
    fn a_checkout_brings_its_own_node() {
        let folder = Folder::new("checkout");
        let main = folder.file("node/main.ts");
        let node = folder.file(&format!("node_modules/node/bin/{NODE_FILE}"));
        let shell = folder.file("ui/desktop/target/release/spk-encoder-desktop");
        let found = Program::find(&Places {
            shell: Some(shell),
            ..nowhere()
        });
        assert_eq!(found, Ok(Program { words: vec![node, main] }));
    }

    #[test]
    fn a_shell_elsewhere_runs_nothing_from_folders_above_it() {
        let folder = Folder::new("above");
        folder.file("node/main.ts");
        folder.file(&format!("node_modules/node/bin/{NODE_FILE}"));
        for place in ["shell", "target/release/shell", "a/b/c/d/shell", "ui/desktop/shell"] {
            let shell = Some(folder.file(place));
            assert!(Program::find(&Places { shell, ..nowhere() }).is_err(), "{place}");
        }
    }

    #[test]
    fn what_somebody_named_is_the_only_place() {
        let folder = Folder::new("named");
        let program = folder.file(PROGRAM_FILES[0]);
        let path = vec![folder.0.clone()];
        let named = Some(folder.0.join("other"));
        assert!(
            Program::find(&Places {
                named,
                path: path.clone(),
                ..nowhere()
            })
            .is_err()
        );
        assert_eq!(Program::find(&Places { path, ..nowhere() }), Ok(Program { words: vec![program] }));
    }
}
