//! Apps that people run behind proxies with the printed configurations: one sign-in opens all of them (S116).

use super::{Kind, Place, printed};
use crate::support::app_pages;
use crate::support::apps;
use crate::support::client::Client;
use crate::support::people::{self, OWNER, PASSWORD};
use crate::support::real_apps::{self, PRINTED, RealApps};

#[expect(clippy::cognitive_complexity, reason = "the macros of assertions count as branches; there are few")]
async fn one_sign_in_opens_them(kind: Kind) {
    let Some(apps) = RealApps::start("notebook.w.test", None).await else { return };
    let place = Place::asked().await;
    // The apps follow the one at the portal in the order of their names.
    let hosts = [
        ("notebook", "notebook.w.test", format!("127.0.0.1:{}", apps.jupyter.port)),
        ("flows", "flows.w.test", format!("127.0.0.1:{}", apps.flows.port)),
        ("files", "files.other.example", apps.files.address.to_string()),
    ];
    let mut owner = people::claim(&place.app).await;
    let addresses = [&hosts[2].2, &hosts[1].2, &hosts[0].2].map(|address| address.parse().unwrap());
    let origins = hosts.map(|(_, host, _)| format!("http://{host}:{}", place.port));
    for origin in &origins {
        app_pages::create(&mut owner, origin, origin, "").await;
    }
    let Some(proxy) = printed::run_all(kind, &place, &addresses).await else { return };
    let mut portal = place.browser();
    people::sign_in(&mut portal, OWNER, PASSWORD).await;
    let mut visitors = origins.map(|origin| Client::new(place.address(), &origin));
    for (visitor, path) in visitors.iter_mut().zip(["/tree", "/", "/index.html"]) {
        let entered = apps::enter(&mut portal, visitor, path).await;
        assert_eq!((entered.status, entered.location()), (303, path), "{kind:?}: {}", proxy.said());
    }
    let [mut notebook, mut flows, mut files] = visitors;
    assert_eq!(real_apps::run_a_cell(&mut notebook).await, PRINTED, "{kind:?}: {}", proxy.said());
    assert!(flows.get("/").await.text().contains("<title>Node-RED"), "{kind:?}: {}", proxy.said());
    real_apps::hears_of_flows(&flows).await;
    assert!(files.get("/index.html").await.text().contains("Plain files"), "{kind:?}: {}", proxy.said());
    people::sign_out(&mut portal).await;
    for (visitor, path) in [(&mut notebook, "/tree"), (&mut flows, "/"), (&mut files, "/index.html")] {
        assert_eq!(visitor.fetch(path).await.status, 401, "{kind:?}: {}", proxy.said());
    }
}

#[tokio::test]
async fn s116_real_apps_behind_the_printed_nginx() {
    one_sign_in_opens_them(Kind::Nginx).await;
}

#[tokio::test]
async fn s116_real_apps_behind_the_printed_traefik() {
    one_sign_in_opens_them(Kind::Traefik).await;
}
