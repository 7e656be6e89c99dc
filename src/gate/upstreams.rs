//! One worker's connections to every app.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::SystemTime;

use actix_web::HttpRequest;

use super::proxy_client::AppClient;
use crate::domain::apps::{App, AppRef, Upstream};
use crate::http::error::HttpError;

/// The pools of a worker; one for each app, made at its first request and replaced when its upstream changes.
#[derive(Default)]
pub struct Upstreams(RefCell<HashMap<AppRef, Pool>>);

/// The connections to one app, and what they were made from.
struct Pool {
    upstream: Upstream,
    /// When the CA file was changed last: a renewed one is read again.
    ca_changed: Option<SystemTime>,
    client: Rc<AppClient>,
}

/// The worker's connections.
#[expect(clippy::expect_used, reason = "app/server.rs registers the upstreams before any route exists")]
pub(super) fn upstreams(req: &HttpRequest) -> &Upstreams {
    req.app_data::<Rc<Upstreams>>().expect("Upstreams are registered")
}

impl Upstreams {
    /// The connections to `app`; `None` if it is behind another proxy.
    pub(super) fn of(&self, app: &App) -> Result<Option<Rc<AppClient>>, HttpError> {
        let Some(upstream) = &app.upstream else { return Ok(None) };
        let ca_file = upstream.ca_file.as_ref();
        let ca_changed = ca_file.and_then(|path| std::fs::metadata(path).ok()?.modified().ok());
        if let Some(pool) = self.0.borrow().get(&app.id)
            && pool.upstream == *upstream
            && pool.ca_changed == ca_changed
        {
            return Ok(Some(Rc::clone(&pool.client)));
        }
        let client = AppClient::new(upstream).map(Rc::new).map_err(HttpError::Upstream)?;
        let pool = Pool { upstream: upstream.clone(), ca_changed, client: Rc::clone(&client) };
        self.0.borrow_mut().insert(app.id.clone(), pool);
        Ok(Some(client))
    }
}
