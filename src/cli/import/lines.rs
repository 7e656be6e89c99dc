//! Lines of `name:hash`, as htpasswd writes them.

use super::Found;
use crate::accounts::import::{FoundPerson, ImportFault};

/// Reads the lines; empty ones and comments are left out.
pub(super) fn read(content: &str) -> Found {
    let (mut people, mut faults) = (Vec::new(), Vec::new());
    for (number, text) in content.lines().enumerate() {
        let (line, text) = (number + 1, text.trim());
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        match text.split_once(':').filter(|(key, hash)| !key.is_empty() && !hash.contains(':')) {
            Some((key, hash)) => {
                people.push(FoundPerson { line, key: key.to_owned(), hash: hash.to_owned(), ..FoundPerson::default() });
            }
            None => faults.push(ImportFault { line, text: "is not name:hash".to_owned() }),
        }
    }
    (people, faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_a_name_and_a_hash() {
        let (people, _) = read("# staff\n\nada:$2y$05$x\n eve@example.org:$6$y \r\n");
        let seen: Vec<_> = people.iter().map(|person| (person.line, &*person.key, &*person.hash)).collect();
        assert_eq!(seen, [(3, "ada", "$2y$05$x"), (4, "eve@example.org", "$6$y")]);
        let (people, faults) = read("ada\n:x\nok:$x\na:b:c\n");
        assert_eq!(faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [1, 2, 4]);
        assert_eq!(people.len(), 1, "the rest is judged as well");
    }
}
