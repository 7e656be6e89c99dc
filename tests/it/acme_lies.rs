//! An authority that lies takes nothing away (S133).

use serde_json::Value;

use super::support::app::TestApp;
use super::support::liar::Liar;
use super::support::process::said;
use super::support::wait;

const HOST: &str = "gate.example.org";

fn status(app: &TestApp) -> Value {
    let output = app.run(&["certificate", "list", "--json"]);
    let list: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    list[0].clone()
}

#[actix_web::test]
async fn s133_an_authority_that_lies_takes_nothing_away() {
    let Some(liar) = Liar::start(HOST).await else { return };
    let app = liar.gate(HOST, |_options| {}).await;
    liar.pebble.until_trusted(app.address, HOST).await;
    let until = status(&app)["until"].clone();
    for (number, (mode, why)) in (1..).zip([
        ("key", "the key does not belong to the certificate"),
        ("name", "it is for other names"),
        ("ended", "it has expired"),
        ("early", "it is not valid yet"),
        ("old", "most of its time is over"),
        ("broken", "invalid peer certificate"),
        ("cut", "the certificate cannot be read"),
        ("nul", "no text"),
        ("garbage", "the certificate cannot be read"),
        ("token", "-01: unauthorized"),
        ("limited", "too many orders"),
    ]) {
        liar.set_mode(mode);
        let renewed = app.run(&["certificate", "renew", HOST]);
        assert!(renewed.status.success(), "{}", said(&renewed));
        // The command goes by the machine's clock.
        app.advance(60);
        let failed = async || {
            let status = status(&app);
            (status["failures"] == number).then(|| status["last_error"].as_str().unwrap_or_default().to_owned())
        };
        let said = wait::eventually(&format!("{mode} to fail"), failed).await;
        assert!(said.contains(why), "{mode}: {said}");
        assert!(liar.pebble.is_trusted(app.address, HOST), "{mode}");
        assert_eq!(status(&app)["until"], until, "{mode}");
    }
    let next = status(&app)["next_order"].as_i64().unwrap();
    assert!(next - app.clock_now() > 7_000, "the authority wants two hours");
    // It can wait for ever, and is asked all the same.
    liar.set_mode("forever");
    assert!(app.run(&["certificate", "renew", HOST]).status.success());
    app.advance(60);
    let renewed = async || (status(&app)["failures"] == 0).then_some(());
    wait::eventually("an honest one to renew", renewed).await;
    assert!(liar.pebble.is_trusted(app.address, HOST));
}

#[actix_web::test]
async fn another_acme_email_is_told_to_the_authority_once() {
    let Some(liar) = Liar::start(HOST).await else { return };
    let app = liar.gate(HOST, |_options| {}).await;
    liar.pebble.until_trusted(app.address, HOST).await;
    let (folder, clock) = app.stop().await;
    let app = liar
        .gate(HOST, |options| {
            options.data_dir = Some(folder);
            options.clock = clock;
            options.set("ACME_EMAIL", "grace@example.org");
        })
        .await;
    for _ in 0..2 {
        assert!(app.run(&["certificate", "renew", HOST]).status.success());
        app.advance(60);
        wait::eventually("another certificate", async || status(&app)["next_order"].is_null().then_some(())).await;
    }
    assert_eq!(liar.contacts(), ["mailto:ada@example.org", "mailto:grace@example.org"]);
}

#[actix_web::test]
async fn s133_too_many_orders_let_every_name_wait() {
    let Some(liar) = Liar::start(HOST).await else { return };
    liar.set_mode("limited");
    let app = liar.gate(HOST, |_options| {}).await;
    wait::eventually("the first order to fail", async || (status(&app)["failures"] == 1).then_some(())).await;
    let addresses = "a.example.org,b.example.org,c.example.org";
    assert!(app.run(&["app", "add", "Wiki", "--addresses", addresses, "--mode", "forward-auth"]).status.success());
    let all = async || {
        let output = app.run(&["certificate", "list", "--json"]);
        let list: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        let waits = list.iter().filter(|status| status["failures"] == 1 && status["last_error"] != Value::Null);
        (waits.count() == 4).then_some(list)
    };
    let list = wait::eventually("all names to wait", all).await;
    let next = |number: usize| list[number]["next_order"].as_i64().unwrap();
    assert!(next(1) == next(0) - 60 && next(2) == next(1), "who only waits is next: {list:?}");
    assert_eq!(liar.orders(), 2, "one order for the gate, one for the app");
}
