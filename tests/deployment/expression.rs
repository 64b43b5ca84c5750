//! Metric math, as far as the alarms use it, so that an expression can be tried where nothing
//! evaluates it. Source: CloudWatch user guide, "Metric math syntax and functions".
#![expect(clippy::float_arithmetic, reason = "as CloudWatch reckons")]

use std::{collections::BTreeMap, iter::Peekable, vec::IntoIter};

/// The value of an expression; none where a metric without data is not filled, or something is
/// divided by zero.
///
/// # Panics
/// When it is no expression of the kind that is understood here.
pub(crate) fn evaluate(expression: &str, known: &BTreeMap<&str, f64>) -> Option<f64> {
    let mut reader = Reader { tokens: tokens(expression).into_iter().peekable(), known };
    let value = reader.either();
    assert_eq!(reader.tokens.next(), None, "{expression}");
    value
}

fn tokens(expression: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut is_open = false;
    for letter in expression.chars() {
        let is_word = letter.is_ascii_alphanumeric() || ['_', '.'].contains(&letter);
        match all.last_mut() {
            Some(last) if is_word && is_open => last.push(letter),
            _ if letter == ' ' => {}
            _ => all.push(letter.to_string()),
        }
        is_open = is_word;
    }
    all
}

struct Reader<'e> {
    tokens: Peekable<IntoIter<String>>,
    known: &'e BTreeMap<&'e str, f64>,
}

impl Reader<'_> {
    fn take(&mut self, wanted: &str) -> bool {
        self.tokens.next_if(|token| token == wanted).is_some()
    }

    fn need(&mut self, wanted: &str) {
        let next = self.tokens.next();
        assert_eq!(next.as_deref(), Some(wanted));
    }

    fn either(&mut self) -> Option<f64> {
        let mut value = self.comparison();
        while self.take("OR") {
            let other = self.comparison();
            value = value.zip(other).map(|(one, other)| truth(one != 0.0 || other != 0.0));
        }
        value
    }

    fn comparison(&mut self) -> Option<f64> {
        let value = self.sum();
        if self.take(">") {
            let other = self.sum();
            return value.zip(other).map(|(one, other)| truth(one > other));
        }
        if self.take("<") {
            let other = self.sum();
            return value.zip(other).map(|(one, other)| truth(one < other));
        }
        value
    }

    fn sum(&mut self) -> Option<f64> {
        let mut value = self.product();
        loop {
            if self.take("+") {
                value = value.zip(self.product()).map(|(one, other)| one + other);
            } else if self.take("-") {
                value = value.zip(self.product()).map(|(one, other)| one - other);
            } else {
                return value;
            }
        }
    }

    fn product(&mut self) -> Option<f64> {
        let mut value = self.single();
        loop {
            if self.take("*") {
                value = value.zip(self.single()).map(|(one, other)| one * other);
            } else if self.take("/") {
                let by = self.single().filter(|by| *by != 0.0);
                value = value.zip(by).map(|(one, other)| one / other);
            } else {
                return value;
            }
        }
    }

    fn single(&mut self) -> Option<f64> {
        let token = self.tokens.next().unwrap_or_default();
        match token.as_str() {
            "(" => {
                let value = self.either();
                self.need(")");
                value
            }
            "FILL" => {
                self.need("(");
                let value = self.either();
                self.need(",");
                let filling = self.either();
                self.need(")");
                value.or(filling)
            }
            "IF" => {
                self.need("(");
                let condition = self.either();
                self.need(",");
                let then = self.either();
                self.need(",");
                let otherwise = self.either();
                self.need(")");
                if condition? == 0.0 { otherwise } else { then }
            }
            token => match token.parse() {
                Ok(number) => Some(number),
                Err(_) => self.known.get(token).copied(),
            },
        }
    }
}

fn truth(is_true: bool) -> f64 {
    f64::from(u8::from(is_true))
}

#[test]
fn it_reckons_as_cloudwatch_does() {
    let known = BTreeMap::from([("bad", 4.0), ("all", 96.0), ("zero", 0.0)]);

    let value = |expression| evaluate(expression, &known);
    assert_eq!(value("100 * bad / (all + bad)"), Some(4.0));
    assert_eq!(value("IF(FILL(bad, 0) > 2, 1, 0)"), Some(1.0));
    assert_eq!(value("IF(FILL(none, 0) > 2 OR bad < 5, 7, 0)"), Some(7.0));
    assert_eq!(value("bad - 1 - 1"), Some(2.0));
    assert_eq!(value("none + 1"), None);
    assert_eq!(value("bad / zero"), None);
}
