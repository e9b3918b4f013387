//! Replaces readable placeholders by numbers if they make a text too long.
use std::collections::HashMap;

use crate::expression::error::ExpressionError;
use crate::expression::render::compiled::{Compiled, Given, MAX_BYTES, Placeholders, Prefixes};
use crate::value::rule::Rule;

/// Appends the first number from `next` that no earlier placeholder uses, and returns it.
pub(super) fn push_number(
    text: &mut String,
    start: usize,
    mut next: usize,
    taken: impl Fn(&str) -> bool,
) -> usize {
    let base = text.len();
    loop {
        text.push_str(&next.to_string());
        if !taken(&text[start..]) {
            return next;
        }
        text.truncate(base);
        next += 1;
    }
}

impl Compiled {
    /// Replaces our placeholders by `#0` and `:0`, in order of appearance. The caller's placeholders stay.
    pub(super) fn number(
        &mut self,
        prefixes: Prefixes,
        given: Given<'_>,
    ) -> Result<(), ExpressionError> {
        let readable = std::mem::take(&mut self.placeholders);
        let mut names = Numbered::new(prefixes.name.text(), readable.names, given.names);
        let mut values = Numbered::new(prefixes.value.text(), readable.values, given.values);
        for text in self.texts_mut() {
            let mut short = String::with_capacity(MAX_BYTES);
            let mut rest = &**text;
            while let Some(start) = rest.find(['#', ':']) {
                short.push_str(&rest[..start]);
                rest = &rest[start..];
                let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let end = rest[1..].find(|c| !is_word(c));
                let (placeholder, after) = rest.split_at(end.map_or(rest.len(), |end| 1 + end));
                short.push_str(if placeholder.starts_with('#') {
                    names.number(placeholder)
                } else {
                    values.number(placeholder)
                });
                rest = after;
            }
            short.push_str(rest);
            if short.len() > MAX_BYTES {
                let (bytes, limit) = (short.len(), MAX_BYTES);
                let rule = Rule::TooLong { bytes, limit };
                let clause = format!("{} ..", &short[..short.floor_char_boundary(60)]);
                return Err(ExpressionError { rule, clause });
            }
            *text = short;
        }
        self.placeholders = Placeholders {
            names: names.done,
            values: values.done,
        };
        Ok(())
    }
}

/// Placeholders that get numbers.
struct Numbered<'g, T> {
    sign: &'static str,
    readable: HashMap<String, T>,
    given: Option<&'g HashMap<String, T>>,
    done: HashMap<String, T>,
    /// The numbers of readable placeholders.
    numbers: HashMap<String, String>,
    next: usize,
}

impl<'g, T> Numbered<'g, T> {
    fn new(
        sign: &'static str,
        readable: HashMap<String, T>,
        given: Option<&'g HashMap<String, T>>,
    ) -> Self {
        Self {
            sign,
            done: HashMap::with_capacity(readable.len()),
            numbers: HashMap::with_capacity(readable.len()),
            readable,
            given,
            next: 0,
        }
    }

    /// Returns the number of a placeholder, or the placeholder itself if it is not ours.
    fn number<'a>(&'a mut self, placeholder: &'a str) -> &'a str {
        if let Some((placeholder, stands_for)) = self.readable.remove_entry(placeholder) {
            let mut number = self.sign.to_owned();
            let given = self.given;
            let taken = |number: &str| given.is_some_and(|given| given.contains_key(number));
            self.next = 1 + push_number(&mut number, 0, self.next, taken);
            self.done.insert(number.clone(), stands_for);
            self.numbers.insert(placeholder, number);
        }
        self.numbers
            .get(placeholder)
            .map_or(placeholder, |number| number)
    }
}
