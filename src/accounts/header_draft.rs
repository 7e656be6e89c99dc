//! The headers of an app as typed, and what they mean.

use super::app_draft::{AppDraft, Faults};
use super::fixed_headers;
use crate::crypto::sealed::Sealer;
use crate::domain::apps::{App, AppRef};
use crate::domain::header_profile::{FixedHeader, HeaderProfile, Preset};
use crate::domain::text::Text;
use crate::domain::typed_headers;

impl AppDraft {
    pub(super) fn parse_headers(
        &self,
        id: &AppRef,
        before: Option<&App>,
        sealer: &Sealer,
        faults: &mut Faults,
    ) -> HeaderProfile {
        let preset = faults.word("headers", &self.headers, Preset::Remote, Preset::parse);
        let own = typed_headers::parse_own(&self.header_map).unwrap_or_else(|found| {
            faults.add_all("header_map", found);
            Vec::new()
        });
        let stored = before.map_or(&[][..], |app| &app.headers.fixed);
        let fixed = self.parse_fixed(id, stored, sealer, faults);
        let profile = HeaderProfile { preset, own, fixed };
        if let Some(name) = profile.duplicate() {
            let is_fixed = profile.fixed.iter().any(|fixed| fixed.name == name);
            let field = if is_fixed { "fixed_headers" } else { "header_map" };
            faults.add(field, Text::new("header-twice").with("header", name));
        }
        profile
    }

    pub(super) fn parse_token_headers(&self, faults: &mut Faults) -> Vec<String> {
        typed_headers::parse_token_headers(&self.token_headers).unwrap_or_else(|found| {
            faults.add_all("token_headers", found);
            Vec::new()
        })
    }

    fn parse_fixed(
        &self,
        id: &AppRef,
        stored: &[FixedHeader],
        sealer: &Sealer,
        faults: &mut Faults,
    ) -> Vec<FixedHeader> {
        let typed = typed_headers::parse_fixed(&self.fixed_headers).unwrap_or_else(|found| {
            faults.add_all("fixed_headers", found);
            Vec::new()
        });
        let mut fixed = Vec::new();
        for (name, value) in typed {
            match (value, stored.iter().find(|header| header.name == name)) {
                (Some(value), _) => fixed.push(fixed_headers::seal(sealer, id, name, value, stored)),
                (None, Some(header)) => fixed.push(header.clone()),
                (None, None) => faults.add("fixed_headers", Text::new("header-value-missing").with("header", name)),
            }
        }
        fixed
    }
}
