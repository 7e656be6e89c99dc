//! Runs of adjacent characters: in the alphabet, in the digits, on a keyboard.

/// Keys that are adjacent in a row or a column of common keyboards.
const ROWS: [&str; 7] =
    ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik"];
/// What the digit keys produce with Shift.
const SIGNS_ABOVE: [(char, char); 10] = [
    ('!', '1'),
    ('@', '2'),
    ('#', '3'),
    ('$', '4'),
    ('%', '5'),
    ('^', '6'),
    ('&', '7'),
    ('*', '8'),
    ('(', '9'),
    (')', '0'),
];

/// The step from one character to an adjacent one.
#[derive(PartialEq, Eq)]
enum Step {
    Same,
    Next,
    Previous,
    KeyAfter,
    KeyBefore,
}

/// What the key of a character produces without Shift.
fn key_of(character: char) -> char {
    let above = SIGNS_ABOVE.iter().find(|(sign, _)| *sign == character);
    above.map_or(character.to_ascii_lowercase(), |(_, digit)| *digit)
}

/// The step between two characters; `None` if they are not adjacent.
fn step(from: char, to: char) -> Option<Step> {
    let (from, to) = (key_of(from), key_of(to));
    let beside = |a: char, b: char| a.is_alphanumeric() && b.is_alphanumeric() && u32::from(a) + 1 == u32::from(b);
    let keys =
        |a: char, b: char| ROWS.iter().any(|row| row.chars().zip(row.chars().skip(1)).any(|pair| pair == (a, b)));
    match () {
        () if from == to => Some(Step::Same),
        () if beside(from, to) => Some(Step::Next),
        () if beside(to, from) => Some(Step::Previous),
        () if keys(from, to) => Some(Step::KeyAfter),
        () if keys(to, from) => Some(Step::KeyBefore),
        () => None,
    }
}

/// Whether nearly every character of `text` is adjacent to the one before.
pub(super) fn is_sequence(text: &str) -> bool {
    let broken = text.chars().zip(text.chars().skip(1)).filter(|(a, b)| step(*a, *b).is_none()).count();
    broken <= text.chars().count() / 5
}
