//! Whether guessers soon come to a password as a whole (S14): it is few parts, each a word of a list, a date, a run of keys, a
//! repetition, or some characters more. How many guesses a part costs follows zxcvbn, which the tests hold it to (ADR 9).
//!
//! The list is looked up where it lies in the program: as a table it would be most of the memory of an idle gate.

use std::cmp::Ordering;

use zeroize::Zeroizing;

/// A number of guesses, as ten times its decimal logarithm.
type Cost = u32;

/// Words and passwords, each with the cost of its rank; in the order of their bytes, a line each.
const WORDS: &str = include_str!("common_words.txt");
/// Lengths of the words in the list.
const WORD_LENGTHS: std::ops::RangeInclusive<usize> = 3..=23;
/// A password that costs less is a common one.
const SOON: Cost = 92;
/// Parts of a password that is looked at: the order of more of them is worth more than [`SOON`].
const MOST_PARTS: usize = 3;
/// What the order of one, two or three parts adds, and what that many cost at least, since fewer are tried before.
const ORDERS: [(Cost, Cost); MOST_PARTS] = [(0, 0), (3, 40), (8, 80)];
/// One character of which nothing is known.
const CHARACTER: Cost = 10;
/// One of the last hundred and the next fifty years, and a day in one of them.
const YEAR: Cost = 22;
const DAY: Cost = 45;
/// A run of keys, for each two keys of it one more, and for each turn.
const RUN: Cost = 18;
const TURN: Cost = 8;
/// Written backwards, and with signs for letters.
const BACKWARDS: Cost = 3;
const SIGNS: Cost = 6;
/// What stands between the numbers of a date.
const SEPARATORS: [char; 6] = ['.', '-', '/', '_', ' ', '\\'];
/// Keys that stand in a row or in a column, on the usual keyboards.
const ROWS: [&str; 7] = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik"];
/// What the keys of the digits write with Shift.
const SIGNS_ABOVE: [(char, char); 10] =
    [('!', '1'), ('@', '2'), ('#', '3'), ('$', '4'), ('%', '5'), ('^', '6'), ('&', '7'), ('*', '8'), ('(', '9'), (')', '0')];

/// Whether `text` costs fewer guesses than [`SOON`]. The work grows with the third power of its length.
pub(super) fn is_soon_guessed(text: &str) -> bool {
    let whole: Zeroizing<Vec<char>> = Zeroizing::new(text.chars().collect());
    // Saying it again makes nothing better.
    let chars = units(&whole).next().and_then(|unit| whole.get(..unit)).unwrap_or(&whole);
    // The cheapest ways to each place, in one part, in two and in three.
    let mut ways = vec![[Cost::MAX; MOST_PARTS]; chars.len() + 1];
    for from in 0..chars.len() {
        let before = ways.get(from).copied().unwrap_or([Cost::MAX; MOST_PARTS]);
        let costs = costs_of_beginnings(chars.get(from..).unwrap_or_default());
        for (cost, ways) in costs.iter().zip(ways.iter_mut().skip(from + 1)) {
            let begun = if from == 0 { 0 } else { Cost::MAX };
            for (way, so_far) in ways.iter_mut().zip([begun].iter().chain(&before)) {
                *way = (*way).min(so_far.saturating_add(*cost));
            }
        }
    }
    let ways = ways.last().copied().unwrap_or_default();
    ways.iter().zip(ORDERS).any(|(way, (order, least))| way.saturating_add(order).max(least) < SOON)
}

/// The cost of each beginning of `rest`, taken as one part; the shortest first.
fn costs_of_beginnings(rest: &[char]) -> Vec<Cost> {
    let mut costs = Vec::with_capacity(rest.len());
    for end in 1..=rest.len() {
        let part = rest.get(..end).unwrap_or(rest);
        let known = [word(part), run(part), date(part), repetition(part, &costs)];
        let unknown = CHARACTER.saturating_mul(length(part));
        costs.push(known.into_iter().flatten().fold(unknown, Cost::min));
    }
    costs
}

fn length(part: &[char]) -> Cost {
    Cost::try_from(part.len()).unwrap_or(Cost::MAX)
}

/// A word of the list, also backwards, with capitals, or with signs for letters.
fn word(part: &[char]) -> Option<Cost> {
    if !WORD_LENGTHS.contains(&part.len()) {
        return None;
    }
    let lower: Zeroizing<String> = Zeroizing::new(part.iter().flat_map(|letter| letter.to_lowercase()).collect());
    let read = |one: char| Zeroizing::new(lower.chars().map(|sign| letter_for(sign, one)).collect::<String>());
    let readings = [(lower.clone(), 0), (read('i'), SIGNS), (read('l'), SIGNS)];
    let both_ways = readings.iter().flat_map(|(text, signs)| {
        let backwards: Zeroizing<String> = Zeroizing::new(text.chars().rev().collect());
        [look_up(text).map(|cost| cost + signs), look_up(&backwards).map(|cost| cost + signs + BACKWARDS)]
    });
    both_ways.flatten().min().map(|cost| cost + capitals(part))
}

fn capitals(part: &[char]) -> Cost {
    let upper = part.iter().filter(|letter| letter.is_uppercase()).count();
    let letters = part.iter().filter(|letter| letter.is_alphabetic()).count();
    match upper {
        0 => 0,
        1 if part.first().is_some_and(|letter| letter.is_uppercase()) => 3,
        1 => 8,
        _ if upper == letters => 3,
        _ => 12,
    }
}

/// The letter that a sign stands for; `one` is what 1 and its like stand for.
const fn letter_for(sign: char, one: char) -> char {
    match sign {
        '4' | '@' => 'a',
        '8' => 'b',
        '(' | '{' | '[' | '<' => 'c',
        '3' => 'e',
        '6' | '9' => 'g',
        '1' | '!' | '|' => one,
        '0' => 'o',
        '$' | '5' => 's',
        '+' | '7' => 't',
        '%' => 'x',
        '2' => 'z',
        letter => letter,
    }
}

/// The cost of a word by its place in the list, found by halving the text.
fn look_up(word: &str) -> Option<Cost> {
    let mut list = WORDS;
    while !list.is_empty() {
        // Every word is ASCII, so that any place can be cut at.
        let begin = list.get(..list.len() / 2)?.rfind('\n').map_or(0, |at| at + 1);
        let (line, after) = list.get(begin..)?.split_once('\n')?;
        let (known, cost) = line.split_once(' ')?;
        list = match known.cmp(word) {
            Ordering::Less => after,
            Ordering::Greater => list.get(..begin)?,
            Ordering::Equal => return cost.parse().ok(),
        };
    }
    None
}

/// The same few characters over and over, in any case; `costs` are those of the shorter beginnings.
fn repetition(part: &[char], costs: &[Cost]) -> Option<Cost> {
    units(part).filter_map(|unit| Some(costs.get(unit - 1)? + CHARACTER * (part.len() / unit).ilog10().max(1))).min()
}

/// Lengths of what `part` says several times, the shortest first.
fn units(part: &[char]) -> impl Iterator<Item = usize> {
    let again = |unit: usize| part.iter().zip(part.iter().skip(unit)).all(|(a, b)| a.eq_ignore_ascii_case(b));
    (1..=part.len() / 2).filter(move |unit| part.len().is_multiple_of(*unit) && again(*unit))
}

/// Each character beside the one before, in the alphabet, in the digits or on a keyboard.
fn run(part: &[char]) -> Option<Cost> {
    if part.len() < 3 {
        return None;
    }
    let steps: Option<Vec<Step>> = part.iter().zip(part.iter().skip(1)).map(|(a, b)| step(*a, *b)).collect();
    let steps = steps?;
    let turns = steps.iter().zip(steps.iter().skip(1)).filter(|(a, b)| a != b).count();
    Some(RUN + length(part) / 2 + TURN * Cost::try_from(turns).unwrap_or(Cost::MAX / TURN / 2))
}

/// From one character to one beside it.
#[derive(PartialEq, Eq)]
enum Step {
    Same,
    Next,
    Previous,
    KeyAfter,
    KeyBefore,
}

/// What the key of a character writes without Shift.
fn key_of(character: char) -> char {
    let above = SIGNS_ABOVE.iter().find(|(sign, _)| *sign == character);
    above.map_or(character.to_ascii_lowercase(), |(_, digit)| *digit)
}

/// The step between two characters; `None` when they are not beside each other.
fn step(from: char, to: char) -> Option<Step> {
    let (from, to) = (key_of(from), key_of(to));
    let beside = |a: char, b: char| a.is_alphanumeric() && b.is_alphanumeric() && u32::from(a) + 1 == u32::from(b);
    let keys = |a: char, b: char| ROWS.iter().any(|row| row.chars().zip(row.chars().skip(1)).any(|pair| pair == (a, b)));
    match () {
        () if from == to => Some(Step::Same),
        () if beside(from, to) => Some(Step::Next),
        () if beside(to, from) => Some(Step::Previous),
        () if keys(from, to) => Some(Step::KeyAfter),
        () if keys(to, from) => Some(Step::KeyBefore),
        () => None,
    }
}

/// Nearly every character of `text` is beside the one before.
pub(super) fn is_sequence(text: &str) -> bool {
    let broken = text.chars().zip(text.chars().skip(1)).filter(|(a, b)| step(*a, *b).is_none()).count();
    broken <= text.chars().count() / 5
}

/// A year, or a day with or without signs between its numbers.
fn date(part: &[char]) -> Option<Cost> {
    let text: Zeroizing<String> = Zeroizing::new(part.iter().collect());
    let numbers: Vec<&str> = text.split(SEPARATORS).collect();
    if !text.is_ascii() || !numbers.iter().all(|number| number.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    match (numbers.as_slice(), text.len()) {
        ([_], 4) => is_year(&text).then_some(YEAR),
        ([_], 6) => is_day(&text, 2, 4).then_some(DAY),
        ([_], 8) => (is_day(&text, 2, 4) || is_day(&text, 4, 6)).then_some(DAY),
        ([first, second, third], _) => is_day_of([first, second, third]).then_some(DAY),
        _ => None,
    }
}

fn is_day(digits: &str, first: usize, second: usize) -> bool {
    let parts = (digits.get(..first), digits.get(first..second), digits.get(second..));
    matches!(parts, (Some(a), Some(b), Some(c)) if is_day_of([a, b, c]))
}

/// Day, month and year in one of their usual orders.
fn is_day_of([first, second, third]: [&str; 3]) -> bool {
    let within = |number: &str, most: u32| number.len() <= 2 && number.parse().is_ok_and(|value: u32| (1..=most).contains(&value));
    let day_and_month = |a: &str, b: &str| (within(a, 31) && within(b, 12)) || (within(a, 12) && within(b, 31));
    let year = |number: &str| is_year(number) || number.len() == 2;
    (day_and_month(first, second) && year(third)) || (year(first) && day_and_month(second, third))
}

fn is_year(number: &str) -> bool {
    number.len() == 4 && number.parse().is_ok_and(|year: u32| (1900..2075).contains(&year))
}

#[cfg(test)]
mod tests {
    use zxcvbn::zxcvbn;

    use super::*;

    #[test]
    fn the_list_can_be_looked_up() {
        let lines: Vec<(&str, &str)> = WORDS.lines().map(|line| line.split_once(' ').unwrap()).collect();
        assert!(lines.len() > 90_000 && lines.is_sorted_by(|a, b| a.0 < b.0));
        for (word, cost) in &lines {
            assert!(word.is_ascii() && WORD_LENGTHS.contains(&word.len()), "{word}");
            assert_eq!(look_up(word), cost.parse().ok(), "{word}");
        }
        for no_word in ["", "\n", "passwordx", "\u{e4}", "zzzzzzzzz", "!", "password 3"] {
            assert_eq!(look_up(no_word), None, "{no_word:?}");
        }
    }

    /// What people make of a word to please a form.
    fn forms(word: &str, other: &str) -> [String; 10] {
        let capital: String = word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect();
        let signs = word.replace('a', "@").replace('o', "0").replace('s', "$").replace('e', "3");
        [
            word.to_owned(),
            word.repeat(2),
            format!("{capital}1999!"),
            format!("{}123", word.chars().rev().collect::<String>()),
            format!("{signs}!"),
            format!("{word}{other}"),
            format!("{word}12.05.1999"),
            format!("{word}qwertyuiop"),
            format!("{word} {other} 4711"),
            format!("{word} and {other} walk home slowly"),
        ]
    }

    #[test]
    fn s14_what_the_kept_library_finds_soon_is_found_and_nothing_that_it_finds_late() {
        let words: Vec<&str> = WORDS.lines().step_by(701).map(|line| line.split_once(' ').unwrap().0).collect();
        let (mut missed, mut good, mut judged) = (Vec::new(), Vec::new(), 0);
        for (word, other) in words.iter().zip(words.iter().rev()) {
            for text in forms(word, other).into_iter().filter(|text| text.len() >= 8) {
                let (theirs, ours) = (zxcvbn(&text, &[]).guesses_log10(), is_soon_guessed(&text));
                judged += 1;
                missed.extend((theirs < 8.5 && !ours).then(|| text.clone()));
                good.extend((theirs > 9.7 && ours).then_some(text));
            }
        }
        assert!(judged > 1_000 && missed.is_empty(), "{judged}, missed: {missed:?}");
        assert!(good.is_empty(), "refused: {good:?}");
    }
}
