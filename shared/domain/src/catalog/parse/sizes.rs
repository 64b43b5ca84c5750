//! `catalog/sizes.toml`

use toml::Spanned;

use super::{
    super::{AgeRow, SizeRow, SizeTable},
    faults::{Faults, File},
    raw,
};
use crate::size::{Height, Size};

pub(super) fn check(file: &File<'_>, raw: &raw::Sizes, faults: &mut Faults) -> SizeTable {
    SizeTable {
        rows: rows(file, &raw.row, faults),
        singles: singles(file, &raw.singles, faults),
        ages: ages(file, &raw.age, faults),
    }
}

/// The rows, each beginning one centimetre above the one before.
fn rows(file: &File<'_>, raw: &[Spanned<raw::SizeRow>], faults: &mut Faults) -> Vec<SizeRow> {
    if raw.is_empty() {
        faults.add(file, 0, "there is no [[row]]: every height needs a size");
    }
    let mut rows: Vec<SizeRow> = Vec::with_capacity(raw.len());
    for raw in raw.iter().map(Spanned::get_ref) {
        let from = height(file, &raw.from_cm, faults);
        let to = height(file, &raw.to_cm, faults);
        let size: Option<Size> =
            raw.size.get_ref().parse().ok().filter(|size: &Size| !size.is_single());
        if size.is_none() {
            faults.add(file, raw.size.span().start, "a row's size is a range like 110-116");
        }
        let (Some(size), Some(from), Some(to)) = (size, from, to) else { continue };
        if from > to {
            faults.add(file, raw.from_cm.span().start, "from_cm is more than to_cm");
            continue;
        }
        if let Some(last) = rows.last() {
            let at = raw.from_cm.span().start;
            if from <= last.to {
                let message = format!("the heights overlap with those of {}", last.size);
                faults.add(file, at, message);
            } else if from.cm() > last.to.cm() + 1 {
                let message = format!("there is a gap between {} and this size", last.size);
                faults.add(file, at, message);
            }
            if size.from() <= last.size.to() {
                faults.add(file, raw.size.span().start, "the sizes have to ascend");
            }
        }
        rows.push(SizeRow { size, from, to });
    }
    rows
}

fn singles(file: &File<'_>, raw: &Spanned<Vec<Spanned<u16>>>, faults: &mut Faults) -> Vec<Size> {
    if raw.get_ref().is_empty() {
        faults.add(file, raw.span().start, "there is no single size");
    }
    let mut singles: Vec<Size> = Vec::with_capacity(raw.get_ref().len());
    for cm in raw.get_ref() {
        let Ok(height) = Height::from_cm(*cm.get_ref()) else {
            faults.add(file, cm.span().start, "a single size is a height of 40 to 220 cm");
            continue;
        };
        let size = Size::single(height);
        if singles.last().is_some_and(|last| *last >= size) {
            faults.add(file, cm.span().start, "the single sizes have to ascend");
        }
        singles.push(size);
    }
    singles
}

fn ages(file: &File<'_>, raw: &[Spanned<raw::AgeRow>], faults: &mut Faults) -> Vec<AgeRow> {
    let mut ages: Vec<AgeRow> = Vec::with_capacity(raw.len());
    for raw in raw {
        let row = raw.get_ref();
        let Some(height) = height(file, &row.height_cm, faults) else { continue };
        if ages.last().is_some_and(|last| last.years >= row.years || last.height >= height) {
            faults.add(file, raw.span().start, "ages and their heights have to ascend");
        }
        ages.push(AgeRow { years: row.years, height });
    }
    ages
}

fn height(file: &File<'_>, raw: &Spanned<u16>, faults: &mut Faults) -> Option<Height> {
    let height = Height::from_cm(*raw.get_ref());
    if let Err(error) = &height {
        faults.add(file, raw.span().start, error.to_string());
    }
    height.ok()
}
