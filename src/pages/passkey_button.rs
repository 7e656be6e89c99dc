//! The button that hands what a page offers to an authenticator; `partials/passkey.html` draws it and `app.js` runs it.

use actix_web::HttpRequest;

use crate::accounts::ceremonies::Offer;
use crate::http::error::HttpError;
use crate::http::{browser_origin, forms, settings};

/// Where a passkey signs in.
const SIGN_IN: &str = "/_auth/login/passkey";

/// The button and its hidden fields.
#[derive(Clone, Debug)]
pub(super) struct Button {
    pub(super) offer: Offer,
    /// Where the answer is sent, if not where the form is.
    pub(super) action: &'static str,
    /// The key of the label.
    pub(super) label: &'static str,
    /// Whether a passkey is made, which is then all that the form is for.
    pub(super) makes: bool,
    /// Whether the page can be opened again under its address when the offer is over.
    pub(super) renews: bool,
}

impl Button {
    /// Signs in from the sign-in page, at the address in `APP_URL` alone: passkeys belong to it.
    pub(super) fn sign_in(req: &HttpRequest) -> Result<Option<Self>, HttpError> {
        if browser_origin::other_address(req).is_some() {
            return Ok(None);
        }
        let offer = settings::accounts(req).offer_sign_in(&forms::binding(req))?;
        Ok(offer.map(|offer| Self { offer, action: SIGN_IN, label: "passkey-sign-in", makes: false, renews: true }))
    }

    /// Proves somebody who is known already.
    pub(super) const fn prove(offer: Offer) -> Self {
        Self { offer, action: "", label: "passkey-use", makes: false, renews: true }
    }

    /// The same on a page that answers a form.
    pub(super) fn after_form(self) -> Self {
        Self { renews: false, ..self }
    }

    /// Makes a passkey.
    pub(super) const fn make(offer: Offer) -> Self {
        Self { offer, action: "", label: "passkey-make", makes: true, renews: true }
    }
}
