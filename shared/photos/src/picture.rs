//! A photo as the model gets it, and what it is known again by.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder,
    imageops::FilterType, metadata::Orientation,
};
use mirt_domain::photo::Mark;
use sha2::{Digest as _, Sha256};

/// The longest side that the model gets, in pixels: what tells two garments apart can be seen, and
/// a photo costs the same whatever camera took it.
const LONGEST_SIDE: u32 = 1024;

/// The longest side that is decoded, in pixels.
const LONGEST_SIDE_IN: u32 = 12_000;

/// The most pixels that are decoded: as many as phones' cameras make, unless they are told to make
/// more.
const MOST_PIXELS: u64 = 25_000_000;

/// The largest that a photo may be once it is decoded, in bytes: four for a pixel. A progressive JPEG
/// takes up to twice as much again while it is decoded.
const MOST_UNPACKED: u64 = 4 * MOST_PIXELS;

/// The quality of what the model gets, in percent.
const QUALITY: u8 = 85;

/// Why a file is no photo.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// It is none of JPEG, PNG and WebP, whatever it is called.
    #[error("the file is no photo")]
    Format,
    /// It unpacks to more than is decoded.
    #[error("the photo has too many pixels")]
    TooLarge,
    /// It is one of them, and broken, or larger than any camera's.
    #[error("the photo cannot be decoded")]
    Broken(#[source] image::ImageError),
}

/// A photo.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// As JPEG, scaled down, encoded anew: nothing that a camera wrote into it is left.
    pub jpeg: Vec<u8>,
    /// What it is known again by.
    pub mark: Mark,
}

impl std::fmt::Debug for Picture {
    /// Without the photo.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Picture").field("mark", &self.mark).finish_non_exhaustive()
    }
}

impl Picture {
    /// Decodes a file.
    ///
    /// # Errors
    /// When it is no photo, or a broken one.
    pub fn decode(file: &[u8]) -> Result<Self, PictureError> {
        let mut reader = ImageReader::new(Cursor::new(file))
            .with_guessed_format()
            .map_err(|_| PictureError::Format)?;
        let is_photo = matches!(
            reader.format(),
            Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)
        );
        if !is_photo {
            return Err(PictureError::Format);
        }
        let mut limits = Limits::default();
        limits.max_image_width = Some(LONGEST_SIDE_IN);
        limits.max_image_height = Some(LONGEST_SIDE_IN);
        limits.max_alloc = Some(MOST_UNPACKED);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(PictureError::Broken)?;
        let (width, height) = decoder.dimensions();
        let pixels = u64::from(width) * u64::from(height);
        if pixels > MOST_PIXELS || decoder.total_bytes() > MOST_UNPACKED {
            return Err(PictureError::TooLarge);
        }
        // What a camera wrote may be broken where the photo is not.
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let mut scaled = DynamicImage::from_decoder(decoder).map_err(PictureError::Broken)?;
        if width.max(height) > LONGEST_SIDE {
            // It counts in whole numbers. A filter makes a copy of four times the bytes first.
            scaled = scaled.thumbnail(LONGEST_SIDE, LONGEST_SIDE);
        }
        scaled.apply_orientation(orientation);
        let mut jpeg = Vec::new();
        scaled
            .to_rgb8()
            .write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, QUALITY))
            .map_err(PictureError::Broken)?;
        Ok(Self { mark: Mark { bytes: bytes_of(file), look: look_of(&scaled) }, jpeg })
    }
}

fn bytes_of(file: &[u8]) -> String {
    Sha256::digest(file).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The difference hash: nine by eight shades, each compared with its neighbour.
fn look_of(picture: &DynamicImage) -> u64 {
    let small = picture.resize_exact(9, 8, FilterType::Triangle).to_luma8();
    let mut look = 0;
    for y in 0..8 {
        for x in 0..8 {
            let grows_darker = small.get_pixel(x, y).0[0] > small.get_pixel(x + 1, y).0[0];
            look = look << 1 | u64::from(grows_darker);
        }
    }
    look
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use image::{Rgb, RgbImage};

    use super::*;

    /// A picture of a waved pattern, so that its look is no accident.
    fn pattern(width: u32, height: u32, turn: u32) -> DynamicImage {
        let pixel = |x: u32, y: u32| {
            let (x, y) = (x * 40 / width, y * 40 / height);
            let shade = u8::try_from((x * x + y * turn * 3 + x * y) % 200).unwrap();
            Rgb([shade, 255 - shade, shade / 2])
        };
        DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, pixel))
    }

    fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    #[test]
    fn a_large_photo_is_scaled_down_and_keeps_its_shape() {
        let picture = Picture::decode(&file(&pattern(2048, 1024, 1), ImageFormat::Png)).unwrap();

        let small = image::load_from_memory(&picture.jpeg).unwrap();
        assert_eq!((small.width(), small.height()), (1024, 512));
    }

    #[test]
    fn a_photo_that_a_camera_laid_on_its_side_stands_upright() {
        let mut jpeg = file(&pattern(64, 32, 1), ImageFormat::Jpeg);
        // One field, the orientation: a quarter turn to the right.
        let exif = b"\xFF\xE1\x00\x22Exif\x00\x00II*\x00\x08\x00\x00\x00\
            \x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00";
        jpeg.splice(2..2, exif.iter().copied());

        let picture = Picture::decode(&jpeg).unwrap();

        let upright = file(&pattern(64, 32, 1).rotate90(), ImageFormat::Png);
        assert!(picture.mark.is_same(&Picture::decode(&upright).unwrap().mark));
        let shown = image::load_from_memory(&picture.jpeg).unwrap();
        assert_eq!((shown.width(), shown.height()), (32, 64));
    }

    #[test]
    fn what_a_camera_writes_into_a_photo_is_left_out() {
        let mut jpeg = file(&pattern(64, 64, 1), ImageFormat::Jpeg);
        let exif = b"\xFF\xE1\x00\x16Exif\x00\x00GPS: 50.45,30.5";
        jpeg.splice(2..2, exif.iter().copied());

        let picture = Picture::decode(&jpeg).unwrap();

        let holds = |bytes: &[u8]| bytes.windows(3).any(|window| window == b"GPS");
        assert!(holds(&jpeg) && !holds(&picture.jpeg));
    }

    #[test]
    fn the_same_photo_is_known_again_in_another_size_and_format_and_another_one_is_not() {
        let mark = |file: &[u8]| Picture::decode(file).unwrap().mark;
        let original = mark(&file(&pattern(800, 800, 1), ImageFormat::Png));
        let again = mark(&file(&pattern(400, 400, 1), ImageFormat::Jpeg));
        let other = mark(&file(&pattern(800, 800, 7), ImageFormat::Png));

        assert_ne!(original.bytes, again.bytes);
        assert!(original.is_same(&again), "{original:?} {again:?}");
        assert!(!original.is_same(&other), "{original:?} {other:?}");
    }

    #[test]
    fn what_only_calls_itself_a_photo_is_none() {
        for file in [
            &b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..],
            b"%PDF-1.7",
            b"",
            b"GIF89a",
            b"<html>",
        ] {
            assert!(matches!(Picture::decode(file), Err(PictureError::Format)), "{file:?}");
        }
        assert!(matches!(
            Picture::decode(b"\x89PNG\r\n\x1a\nbroken"),
            Err(PictureError::Broken(_))
        ));
    }

    /// The beginning of a PNG, up to its first data: its size, the bits of a colour, the kind of colour.
    fn header(width: u32, height: u32, bits: u8, color: u8) -> Vec<u8> {
        let chunk = |kind: &[u8], data: &[u8]| {
            let named = [kind, data].concat();
            let crc = named.iter().fold(u32::MAX, |crc, byte| {
                let step = |crc: u32| crc >> 1 ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 };
                (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc))
            });
            let length = u32::try_from(data.len()).unwrap().to_be_bytes();
            [&length[..], &named, &(!crc).to_be_bytes()].concat()
        };
        let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
        let header = [&size[..], &[bits, color, 0, 0, 0]].concat();
        let parts = [chunk(b"IHDR", &header), chunk(b"IDAT", &[0; 8])];
        [&b"\x89PNG\r\n\x1a\n"[..], &parts.concat()].concat()
    }

    #[test]
    fn what_unpacks_to_more_than_memory_holds_is_refused_before_it_is_unpacked() {
        let (grey, colours) = (0, 6);
        let decode = |file: Vec<u8>| Picture::decode(&file);

        let grey_of_100_million = decode(header(10_000, 10_000, 8, grey));
        let of_two_bytes_a_colour = decode(header(4_000, 4_000, 16, colours));
        let too_wide = decode(header(13_000, 16, 8, grey));
        let largest = decode(header(5_000, 5_000, 8, colours));

        assert!(matches!(grey_of_100_million, Err(PictureError::TooLarge)));
        assert!(matches!(of_two_bytes_a_colour, Err(PictureError::TooLarge)));
        assert!(matches!(too_wide, Err(PictureError::Broken(image::ImageError::Limits(_)))));
        // It is unpacked, and what it holds is none.
        assert!(matches!(largest, Err(PictureError::Broken(image::ImageError::Decoding(_)))));
    }
}
