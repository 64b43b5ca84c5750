//! Reading the folders of the content; shared by the build script and who checks them.

use std::{fs, io, path::Path};

use mirt_domain::content::FOLDERS;

/// Every file of the content, as path from `root` (with `/`) and text. Hidden files and editors'
/// backups (`name~`) are left out; whatever else does not belong there is for the parser to tell.
///
/// # Errors
/// When a folder or file cannot be read, or is no UTF-8; the error names it.
pub fn read(root: &Path) -> io::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        read_folder(root, folder, &mut files)?;
    }
    Ok(files)
}

fn read_folder(root: &Path, folder: &str, files: &mut Vec<(String, String)>) -> io::Result<()> {
    let named =
        |path: &str, error: io::Error| io::Error::new(error.kind(), format!("{path}: {error}"));
    for entry in fs::read_dir(root.join(folder)).map_err(|error| named(folder, error))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        let path = format!("{folder}/{name}");
        if entry.file_type()?.is_dir() {
            read_folder(root, &path, files)?;
        } else {
            let text = fs::read_to_string(entry.path()).map_err(|error| named(&path, error))?;
            files.push((path, text));
        }
    }
    Ok(())
}
