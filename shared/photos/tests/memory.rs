//! What a photo takes of the function's memory.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot measure must fail")]

use std::{fs, io::Cursor};

use image::{DynamicImage, ImageFormat};
use mirt_photos::picture::Picture;

/// A field of what Linux counts of this process, in KB.
fn counted(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

// The only test of this file, because the peak is the whole process's.
#[test]
fn a_photo_takes_little_more_memory_than_its_pixels() {
    let picture = DynamicImage::new_rgba8(2_000, 2_000);
    let unpacked = picture.as_bytes().len() as u64 / 1024;
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png).unwrap();
    drop(picture);
    // From here on the peak is counted anew.
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = counted("VmRSS:");

    let picture = Picture::decode(file.get_ref()).unwrap();

    assert!(!picture.jpeg.is_empty());
    let peak = counted("VmHWM:").saturating_sub(before);
    assert!(peak < unpacked * 3 / 2, "{peak} KB for {unpacked} KB of pixels");
}
