//! Checks `catalog/` and `prompts/` and writes them as one JSON file for the library to embed. A
//! fault in them stops the build and is told with its file and line.

#[expect(unreachable_pub, reason = "the library has the same file as a public module")]
#[path = "src/files.rs"]
mod files;

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use mirt_domain::content::{Content, FOLDERS};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../..");
    for folder in FOLDERS {
        // Of a folder cargo watches every file in it, and whether one comes or goes.
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
    }
    let sources = files::read(&root)?;
    match Content::parse(sources.clone()) {
        Ok(content) => {
            let out = env::var("OUT_DIR")?;
            let file = |name| Path::new(&out).join(name);
            fs::write(file("content.json"), serde_json::to_vec(&content)?)?;
            fs::write(file("sources.json"), serde_json::to_vec(&sources)?)?;
        }
        Err(faults) => faults.iter().for_each(|fault| println!("cargo::error={fault}")),
    }
    Ok(())
}
