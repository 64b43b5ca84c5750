//! Photos that come as links in the words of a message.
//!
//! ManyChat flows hand a customer's photo over as text: a bare link, often to Meta's private CDN
//! and often with a `;` behind it (`spec/integrations.md` 1.3).

use mirt_domain::photo::Photo;

use crate::limits::MAX_PHOTO_URL;

/// What an address of a photo holds somewhere before its query: Meta's CDNs, and the usual names.
const MARKS: [&str; 7] = ["fbsbx.com", "lookaside", "scontent", "cdn", "image", "photo", "img"];

/// How the path of a photo ends.
const ENDINGS: [&str; 9] =
    [".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".svg", ".heic", ".avif"];

/// Takes the links to photos out of `text`: what is left, and the photos in order.
pub(super) fn take(text: &str) -> (String, Vec<Photo>) {
    let mut photos = Vec::new();
    let mut rest = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line
            .split(' ')
            .filter(|word| match photo(word) {
                Some(photo) => {
                    photos.push(photo);
                    false
                }
                None => true,
            })
            .collect();
        rest.push(words.join(" "));
    }
    (rest.join("\n"), photos)
}

/// The photo at `address`, if it is one that can be fetched.
pub(super) fn checked(address: &str) -> Option<Photo> {
    let address = address.trim().trim_end_matches([';', ',', ')', '.', '"']);
    let is_web = ["https://", "http://"].iter().any(|scheme| {
        address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    let fits = address.len() <= MAX_PHOTO_URL && !address.contains(char::is_whitespace);
    (is_web && fits).then(|| Photo::Url(address.to_owned()))
}

fn photo(word: &str) -> Option<Photo> {
    let photo = checked(word.trim_start_matches(['(', '"', '.', ';']))?;
    let Photo::Url(address) = &photo else { return None };
    let before_query = address.split(['?', '#']).next().unwrap_or(address).to_ascii_lowercase();
    let is_photo = MARKS.iter().any(|mark| before_query.contains(mark))
        || ENDINGS.iter().any(|ending| before_query.ends_with(ending));
    is_photo.then_some(photo)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(address: &str) -> Photo {
        Photo::Url(address.to_owned())
    }

    #[test]
    fn a_link_to_metas_cdn_in_the_words_is_a_photo() {
        let (text, photos) = take("є така? https://lookaside.fbsbx.com/ig/?asset_id=1&b=2; дякую");

        assert_eq!(text, "є така? дякую");
        assert_eq!(photos, [url("https://lookaside.fbsbx.com/ig/?asset_id=1&b=2")]);
    }

    #[test]
    fn several_photos_stay_in_order() {
        let (text, photos) = take("https://a.example/1.jpg\nhttps://b.example/2.PNG?x=y");

        assert_eq!(text.trim(), "");
        assert_eq!(photos, [url("https://a.example/1.jpg"), url("https://b.example/2.PNG?x=y")]);
    }

    #[test]
    fn a_link_to_a_page_stays_in_the_words() {
        let (text, photos) = take("дивіться https://shop.example/catalog?ref=photo.jpg");

        assert_eq!(text, "дивіться https://shop.example/catalog?ref=photo.jpg");
        assert!(photos.is_empty());
    }
}
