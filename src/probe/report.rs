//! What was found.

use std::collections::BTreeMap;

use super::codes::{Code, Level};
use super::front::Front;
use super::line::{self, About};
use crate::domain::text::Text;

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Which.
    pub code: Code,
    /// The path, header or address that it is about.
    pub what: String,
}

impl Finding {
    /// Something about `what`.
    pub fn new(code: Code, what: impl Into<String>) -> Self {
        Self { code, what: what.into() }
    }

    /// The sentence about it.
    pub fn text(&self) -> Text {
        Text::new(self.code.as_str()).with("what", &self.what)
    }
}

/// Everything that was found, worst first.
#[derive(Clone, Debug)]
pub struct Report {
    /// The name of the app; empty if there is none.
    pub app: String,
    /// What answered.
    pub front: Front,
    /// How many questions were asked.
    pub asked: usize,
    /// What was found; nothing twice.
    pub findings: Vec<Finding>,
    /// A line to paste for each.
    lines: BTreeMap<Code, String>,
}

impl Report {
    /// A report of these findings.
    pub fn new(about: &About, front: Front, asked: usize, mut findings: Vec<Finding>) -> Self {
        findings.sort_by(|one, other| other.code.level().cmp(&one.code.level()).then_with(|| one.cmp(other)));
        findings.dedup();
        let mut by_code: BTreeMap<Code, Vec<&str>> = BTreeMap::new();
        for finding in &findings {
            by_code.entry(finding.code).or_default().push(&finding.what);
        }
        let lines = by_code.into_iter().map(|(code, what)| (code, line::line(code, &what, front, about))).collect();
        // One sentence and one line for each thing that has to be mended.
        findings.dedup_by(|later, first| {
            let same = later.code == first.code;
            if same && first.what.len() < MAX_WHAT {
                first.what = format!("{}, {}", first.what, later.what);
            }
            same
        });
        Self { app: about.app.clone(), front, asked, findings, lines }
    }

    /// How many questions were asked, in words.
    pub fn questions(&self) -> Text {
        Text::new("doctor-asked").with("count", self.asked)
    }

    /// The worst of it.
    pub fn worst(&self) -> Level {
        self.findings.iter().map(|finding| finding.code.level()).max().unwrap_or(Level::Note)
    }

    /// The line to paste for a finding.
    pub fn line(&self, code: Code) -> &str {
        self.lines.get(&code).map(String::as_str).unwrap_or_default()
    }
}

/// Examples of one thing are listed up to this length.
const MAX_WHAT: usize = 120;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_comes_first_and_nothing_comes_twice() {
        let found = [
            (Code::ArrivalUnseen, "x"),
            (Code::UploadCut, "/u"),
            (Code::AnonymousLetIn, "/b"),
            (Code::AnonymousLetIn, "/a"),
            (Code::AnonymousLetIn, "/a"),
        ];
        let findings = found.map(|(code, what)| Finding::new(code, what)).to_vec();
        let about = About::url("http://app.example.org");
        let report = Report::new(&about, Front::Unknown, 3, findings);
        let codes: Vec<Code> = report.findings.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, [Code::AnonymousLetIn, Code::UploadCut, Code::ArrivalUnseen]);
        assert_eq!(report.findings[0].what, "/a, /b");
        assert_eq!((report.worst(), report.worst().exit_code()), (Level::Fault, 2));
        assert_eq!(Report::new(&about, Front::Unknown, 0, Vec::new()).worst().exit_code(), 0);
    }
}
