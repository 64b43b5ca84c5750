//! The scenes: what customers and managers do, and what both must be shown for it. The black-box
//! tests play the same files.

use mirt_domain::channel::Channel;
use serde::Deserialize;

/// The files, by the names that the command knows them by.
const FILES: [(&str, &str); 3] = [
    ("instagram", include_str!("../../../../tests/scenes/instagram.json")),
    ("telegram", include_str!("../../../../tests/scenes/telegram.json")),
    ("takeover", include_str!("../../../../tests/scenes/takeover.json")),
];

/// The photos that customers send, by the names that the scenes call them by.
const PHOTOS: [(&str, &[u8]); 2] = [
    ("garment", include_bytes!("../../../../tests/scenes/garment.png")),
    ("receipt", include_bytes!("../../../../tests/scenes/receipt.png")),
];

/// A conversation.
#[derive(Debug, Deserialize)]
pub(super) struct Scene {
    pub(super) title: String,
    pub(super) channel: Channel,
    pub(super) steps: Vec<Step>,
}

/// One thing that somebody does, and what it brings.
#[derive(Debug, Deserialize)]
pub(super) struct Step {
    #[serde(default)]
    pub(super) customer: Option<String>,
    #[serde(default)]
    pub(super) photo: Option<String>,
    #[serde(default)]
    pub(super) manager: Option<Deed>,
    /// What the customer must be shown, each somewhere in the words.
    pub(super) answers: Vec<String>,
    /// Whether the customer must be shown nothing.
    #[serde(default)]
    pub(super) silence: bool,
}

/// What a manager does.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Deed {
    /// Presses the button with these words.
    Press(String),
    /// Writes to the customer.
    Write(String),
}

/// The scene of this name; all of them where none is named.
pub(super) fn named(name: Option<&str>) -> Result<Vec<Scene>, serde_json::Error> {
    let wanted = FILES.iter().filter(|(known, _)| name.is_none_or(|name| name == *known));
    wanted.map(|(_, file)| serde_json::from_str(file)).collect()
}

/// A customer's photo, a PNG.
pub(super) fn photo(name: &str) -> &'static [u8] {
    PHOTOS.iter().find(|(known, _)| *known == name).map_or(&[], |(_, photo)| photo)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a scene that cannot be read fails the test")]

    use super::*;

    #[test]
    fn every_scene_can_be_read_and_its_photos_are_there() {
        let scenes = named(None).unwrap();

        assert_eq!(scenes.len(), FILES.len());
        let photos =
            scenes.iter().flat_map(|scene| &scene.steps).filter_map(|it| it.photo.as_ref());
        for name in photos {
            assert!(!photo(name).is_empty(), "{name}");
        }
    }
}
