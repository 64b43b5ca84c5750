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
        files.extend(read_folder(&root.join(folder), folder)?);
    }
    Ok(files)
}

/// The same for one folder, wherever it is, as one of the content called `name`.
///
/// # Errors
/// When a folder or file cannot be read, or is no UTF-8; the error names it.
pub fn read_folder(folder: &Path, name: &str) -> io::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    collect(folder, name, &mut files)?;
    Ok(files)
}

fn collect(folder: &Path, called: &str, files: &mut Vec<(String, String)>) -> io::Result<()> {
    let named =
        |path: &str, error: io::Error| io::Error::new(error.kind(), format!("{path}: {error}"));
    for entry in fs::read_dir(folder).map_err(|error| named(called, error))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        let path = format!("{called}/{name}");
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &path, files)?;
        } else {
            let text = fs::read_to_string(entry.path()).map_err(|error| named(&path, error))?;
            files.push((path, text));
        }
    }
    Ok(())
}
