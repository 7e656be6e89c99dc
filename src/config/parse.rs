//! Typed reading of single values; each fault is noted and a stand-in value goes on, so that all faults show at once.

use std::str::FromStr;

use ipnet::IpNet;

use super::env::{Faults, Values};
use crate::domain::dialect::Dialect;

/// Reads values by type and collects what is wrong.
pub(super) struct Reader<'a> {
    pub(super) values: &'a Values,
    pub(super) faults: Faults,
}

impl Reader<'_> {
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.values.get(name).cloned()
    }

    pub(super) fn boolean(&mut self, name: &str) -> bool {
        match self.values.get(name).map(String::as_str) {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                self.faults.add(name, "must be exactly true or false");
                false
            }
        }
    }

    pub(super) fn number<T: FromStr + PartialOrd + std::fmt::Display + Copy>(&mut self, name: &str, default: T, from: T, to: T) -> T {
        let Some(text) = self.values.get(name) else { return default };
        match text.parse::<T>() {
            Ok(number) if number >= from && number <= to => number,
            _ => {
                self.faults.add(name, format!("must be a whole number from {from} to {to}"));
                default
            }
        }
    }

    pub(super) fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)], default: T) -> T {
        let Some(text) = self.values.get(name) else { return default };
        if let Some((_, value)) = choices.iter().find(|(word, _)| word == text) {
            return *value;
        }
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        self.faults.add(name, format!("must be one of {}", words.join(", ")));
        default
    }

    pub(super) fn dialects(&mut self, name: &str) -> Vec<Dialect> {
        let text = self.text(name).unwrap_or_default();
        let mut dialects = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match Dialect::of_name(part) {
                Some(dialect) => dialects.push(dialect),
                None => self.faults.add(name, format!("{part:?} is none of {}", Dialect::ALL.map(Dialect::name).join(", "))),
            }
        }
        dialects
    }

    pub(super) fn networks(&mut self, name: &str) -> Vec<IpNet> {
        let text = self.text(name).unwrap_or_default();
        let mut networks = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let network = part.parse::<IpNet>().or_else(|_| part.parse::<std::net::IpAddr>().map(IpNet::from));
            match network {
                Ok(network) => networks.push(network),
                Err(_fault) => self.faults.add(name, format!("{part:?} is no address and no CIDR range")),
            }
        }
        networks
    }
}
