fn main() {
    // Commands that are named here are granted by `capabilities/`, to the shell's own page alone.
    let commands = tauri_build::AppManifest::new().commands(&["view", "save", "again", "open_log"]);
    let attributes = tauri_build::Attributes::new().app_manifest(commands);
    tauri_build::try_build(attributes).expect("tauri.conf.json and capabilities are in order");
}
