//! Writes every mail in every language as text and HTML into a folder: `cargo run --example mail_previews --
//! target/mails`.

use std::error::Error;
use std::path::PathBuf;

use portcullis::for_tests::{Facts, KINDS, Language, Timestamp, content};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).unwrap_or_else(|| "target/mails".into()));
    std::fs::create_dir_all(&folder)?;
    let facts = Facts {
        site: "https://gate.example.org".to_owned(),
        site_name: "Portcullis".to_owned(),
        inviter: "grace@example.org".to_owned(),
        link: "https://gate.example.org/_auth/reset?token=EXAMPLE".to_owned(),
        reset_minutes: 15,
        when: Timestamp::from_secs(1_795_507_200),
        until: Timestamp::from_secs(1_796_112_000),
        source: "192.0.2.7".to_owned(),
        device: "Mozilla/5.0 (X11; Linux x86_64)".to_owned(),
        new_email: "ada@example.org".to_owned(),
        token: "phone".to_owned(),
        app: "Wiki".to_owned(),
        host: "wiki.example.org".to_owned(),
    };
    for (language, kind) in Language::ALL.into_iter().flat_map(|language| KINDS.map(|kind| (language, kind))) {
        let mail = content(kind, &facts, language).render()?;
        let name = format!("{}-{}", kind.as_str().replace(' ', "-"), language.tag());
        std::fs::write(folder.join(format!("{name}.txt")), format!("Subject: {}\n\n{}", mail.subject, mail.text))?;
        std::fs::write(folder.join(format!("{name}.html")), mail.html)?;
    }
    Ok(())
}
