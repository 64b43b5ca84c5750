//! From the files of `catalog/` to a [`Catalog`], or to every fault that is in them.

mod faults;
mod photo;
mod policies;
mod products;
mod raw;
mod sizes;
#[cfg(test)]
mod tests;
mod words;

use serde::de::DeserializeOwned;

use self::{
    faults::{Faults, File},
    products::Known,
};
use super::{Catalog, CatalogData};
use crate::{diagnostic::Diagnostic, version::version_of};

/// The folder that the files' paths begin with.
const FOLDER: &str = "catalog/";

/// The files that the catalogue has beside its products.
const TABLES: [&str; 7] = [
    "catalog/aliases.toml",
    "catalog/categories.toml",
    "catalog/colors.toml",
    "catalog/features.toml",
    "catalog/policies.toml",
    "catalog/shop.toml",
    "catalog/sizes.toml",
];

impl Catalog {
    /// Reads and checks the files of the catalogue, given as path (`catalog/...`, with `/`) and
    /// text, in any order.
    ///
    /// # Errors
    /// Every fault of every file, ordered by file and line. Of a file that cannot be read as TOML
    /// or lacks a field, only the first fault is told; what other files say about it is not blamed
    /// on them.
    pub fn parse<P: AsRef<str>, T: AsRef<str>>(
        files: impl IntoIterator<Item = (P, T)>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let files: Vec<(P, T)> = files.into_iter().collect();
        let mut files: Vec<File<'_>> =
            files.iter().map(|(path, text)| File::new(path.as_ref(), text.as_ref())).collect();
        files.sort_by_key(|file| file.path);
        let mut faults = Faults::default();
        let data = read_all(&files, &mut faults);
        match (faults.into_sorted(), data) {
            (faults, Some(data)) if faults.is_empty() => Ok(data.into()),
            (faults, _) => Err(faults),
        }
    }
}

/// Reads every file; nothing if a table could not be read, which is then among the faults.
fn read_all(files: &[File<'_>], faults: &mut Faults) -> Option<CatalogData> {
    for file in files {
        if !TABLES.contains(&file.path) && product_key(file.path).is_none() {
            faults.add(file, 0, "this is no file that the catalogue reads");
        }
    }
    let shop = table::<raw::Shop>(files, "catalog/shop.toml", faults);
    let sizes = table::<raw::Sizes>(files, "catalog/sizes.toml", faults);
    let categories = table::<raw::Categories>(files, "catalog/categories.toml", faults);
    let colors = table::<raw::Colors>(files, "catalog/colors.toml", faults);
    let features = table::<raw::Features>(files, "catalog/features.toml", faults);
    let policies = table::<raw::Policies>(files, "catalog/policies.toml", faults);
    let aliases = table::<raw::Aliases>(files, "catalog/aliases.toml", faults);

    let shop = shop.map(|(file, raw)| raw.check(file, faults));
    let sizes = sizes.map(|(file, raw)| sizes::check(file, &raw, faults));
    let categories = categories.map(|(file, raw)| words::categories(file, raw, faults));
    let colors = colors.map(|(file, raw)| words::colors(file, raw, faults));
    let features = features.map(|(file, raw)| words::features(file, raw, faults));
    let policies = policies.map(|(file, raw)| policies::check(file, &raw, faults));

    let known = Known {
        shop: shop.as_ref(),
        sizes: sizes.as_ref(),
        categories: categories.as_ref().map(|(categories, _)| categories.as_slice()),
        colors: colors.as_deref(),
        features: features.as_deref(),
    };
    let sources: Vec<(&File<'_>, &str)> =
        files.iter().filter_map(|file| Some((file, product_key(file.path)?))).collect();
    let products = products::check(&sources, aliases, &known, faults);
    let (categories, not_sold) = categories?;
    Some(CatalogData {
        version: version_of(files.iter().map(|file| (file.path, file.text))),
        photo_hosts: shop?.photo_hosts,
        categories,
        not_sold,
        colors: colors?,
        features: features?,
        sizes: sizes?,
        policies: policies?,
        products,
    })
}

/// The key of the product that a file is about, from its name.
fn product_key(path: &str) -> Option<&str> {
    let key = path.strip_prefix(FOLDER)?.strip_prefix("products/")?.strip_suffix(".toml")?;
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (!key.is_empty() && key.bytes().all(is_name)).then_some(key)
}

/// Finds and reads one of the tables.
fn table<'f, 't, T: DeserializeOwned>(
    files: &'f [File<'t>],
    path: &'static str,
    faults: &mut Faults,
) -> Option<(&'f File<'t>, T)> {
    let Some(file) = files.iter().find(|file| file.path == path) else {
        faults.add(&File::new(path, ""), 0, "the file is missing");
        return None;
    };
    Some((file, read(file, faults)?))
}

/// Reads a file's TOML into what it should hold.
fn read<T: DeserializeOwned>(file: &File<'_>, faults: &mut Faults) -> Option<T> {
    match toml::from_str(file.text) {
        Ok(raw) => Some(raw),
        Err(error) => {
            faults.add(file, error.span().map_or(0, |span| span.start), error.message());
            None
        }
    }
}
