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
    /// The connections to `app`; `None` if it is behind another proxy. When they are made, those to apps that are not
    /// `known` any more are closed.
    pub(super) fn of(&self, app: &App, known: impl Fn(&AppRef) -> bool) -> Result<Option<Rc<AppClient>>, HttpError> {
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
        let mut pools = self.0.borrow_mut();
        pools.retain(|id, _| known(id));
        pools.insert(app.id.clone(), pool);
        Ok(Some(client))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::apps::HostHeader;
    use crate::domain::ids::AppId;
    use crate::domain::upstream::UpstreamUrl;

    fn app(letter: &str, upstream: &str) -> App {
        let upstream = Upstream {
            url: UpstreamUrl::parse(upstream).unwrap(),
            ca_file: None,
            host: HostHeader::Public,
            answer: None,
            max_upload: None,
            websocket_origins: Vec::new(),
        };
        let id = AppRef::Created(AppId::parse(&letter.repeat(22)).unwrap());
        App { id, upstream: Some(upstream), ..App::sample("app.example.org", false) }
    }

    #[test]
    fn the_connections_to_an_app_stay_until_it_changes_or_another_is_new_and_it_is_gone() {
        let (pools, wiki) = (Upstreams::default(), app("A", "http://10.0.0.1:80"));
        let of = |app: &App, gone: Option<&App>| {
            pools.of(app, |id| gone.is_none_or(|gone| gone.id != *id)).unwrap().unwrap()
        };
        let first = of(&wiki, None);
        assert!(Rc::ptr_eq(&first, &of(&wiki, None)));
        let moved = app("A", "http://10.0.0.2:80");
        let second = of(&moved, None);
        assert!(!Rc::ptr_eq(&first, &second) && Rc::strong_count(&first) == 1);
        of(&app("B", "http://10.0.0.3:80"), Some(&wiki));
        assert_eq!((Rc::strong_count(&second), pools.0.borrow().len()), (1, 1));
    }
}
