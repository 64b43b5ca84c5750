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
    match Content::parse(files::read(&root)?) {
        Ok(content) => {
            let json = Path::new(&env::var("OUT_DIR")?).join("content.json");
            fs::write(json, serde_json::to_vec(&content)?)?;
        }
        Err(faults) => faults.iter().for_each(|fault| println!("cargo::error={fault}")),
    }
    Ok(())
}
