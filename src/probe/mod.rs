//! Asks the address of an app from outside, and says what a proxy in front of it does wrong (docs/DOCTOR.md).
//!
//! The gate is no weaker for it: it answers the probe as it answers anybody. To see what arrives at the app, the probe
//! has a machine token like any other, which is good for a minute, for one path that no app has, and is deleted at the
//! end; and it can stand in for the app itself.

mod client;
pub mod codes;
mod echo;
mod front;
mod headers;
mod inside;
mod line;
mod mend;
mod outside;
mod report;
mod round;
mod target;
mod tricks;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use self::client::{AskFault, Asker};
use self::codes::Code;
use self::echo::Echo;
use self::front::Front;
use self::inside::Guest;
use self::line::About;
use self::report::Finding;
pub use self::report::Report;
use self::round::Round;
use self::target::Target;
use crate::accounts::{AccountError, Accounts, Actor};
use crate::domain::dialect::Dialect;
use crate::domain::ids::UserId;
use crate::domain::machine_token::MachineToken;
use crate::domain::networks::is_in;

/// How long everything may take.
const LIMIT: Duration = Duration::from_secs(10);

/// What is asked, and how.
pub struct Plan<'a> {
    /// The address of the app; its path says which part of it.
    pub url: &'a str,
    /// Where to connect, in place of where the name leads.
    pub place: Option<SocketAddr>,
    /// Where to stand in for the app.
    pub listener: Option<TcpListener>,
    /// As whom the app is entered; nobody if there is no such account.
    pub owner: Option<UserId>,
    /// The proxy in front, if it is known.
    pub proxy: Option<Dialect>,
    /// Who asks, for the audit log.
    pub actor: &'a Actor,
}

/// Asks everything, within ten seconds.
pub async fn run(accounts: &Accounts, plan: Plan<'_>) -> Result<Report, AccountError> {
    let unable = |about: &About, finding| Ok(Report::new(about, Front::Unknown, 0, vec![finding]));
    let target = match Target::find(accounts, plan.url).await? {
        Ok(target) => target,
        Err(finding) => return unable(&About::url(plan.url), finding),
    };
    let mut about = About::new(accounts, plan.url, target.app(), target.origin());
    let asker = match Asker::find(target.origin(), plan.place).await {
        Ok(asker) => asker,
        Err(fault) => return unable(&about, Finding::new(Code::Unreachable, reason(plan.url, fault))),
    };
    let echo = match plan.listener.map(|listener| Echo::start(listener, &target.mark)).transpose() {
        Ok(echo) => echo,
        Err(fault) => return Err(AccountError::Internal(fault.to_string())),
    };
    let round = Round::new(accounts, &target, &asker, echo.as_ref());
    let guest = invite(accounts, &target, plan.owner.as_ref(), plan.actor).await?;
    let place = asker.place().ip().to_canonical();
    let is_trusted = is_in(place, accounts.trusted_proxies());
    about.meet(guest.as_ref().map(|(guest, _)| guest.visitor.name()), (!is_trusted).then_some(place));
    let all = Box::pin(everything(&round, guest.as_ref().map(|(guest, _)| guest)));
    if tokio::time::timeout(LIMIT, all).await.is_err() {
        round.find(Code::Late, plan.url);
    }
    if let Some((_, token)) = &guest {
        match accounts.revoke_token(&token.id, None, plan.actor).await {
            Ok(_) | Err(AccountError::NotFound) => (),
            Err(fault) => return Err(fault),
        }
    }
    let (findings, questions, server) = round.end();
    let found = || Front::find(target.app().upstream.is_some(), accounts.proxies_that_ask(), &server);
    let front = plan.proxy.map_or_else(found, Front::Asking);
    Ok(Report::new(&about, front, questions, findings))
}

fn reason(url: &str, fault: AskFault) -> String {
    match fault {
        AskFault::Late => url.to_owned(),
        AskFault::Broken(fault) => format!("{url}: {fault}"),
    }
}

/// A token for the path of the probe, if its owner may enter there.
async fn invite(
    accounts: &Accounts,
    target: &Target,
    owner: Option<&UserId>,
    actor: &Actor,
) -> Result<Option<(Guest, MachineToken)>, AccountError> {
    let Some(owner) = owner else { return Ok(None) };
    let (token, plain) = match accounts.create_probe_token(owner, &target.app().id, &target.path(), actor).await {
        Ok(made) => made,
        Err(AccountError::Rules(_) | AccountError::NotFound) => return Ok(None),
        Err(fault) => return Err(fault),
    };
    let visitor = accounts.token_of(plain.expose(), Ipv4Addr::LOCALHOST.into()).await?;
    let visitor = visitor.and_then(|cached| cached.view().map(|view| (*view.who).clone()));
    if let Some(visitor) = visitor.filter(|visitor| target.lets_in(visitor)) {
        return Ok(Some((Guest { token: plain, visitor }, token)));
    }
    accounts.revoke_token(&token.id, None, actor).await?;
    Ok(None)
}

async fn everything(round: &Round<'_>, guest: Option<&Guest>) {
    if round.try_ask(client::Ask::get("/_auth/health/live")).await.is_err() {
        return round.find(Code::Unreachable, round.target.origin().to_string());
    }
    let is_asked = outside::the_gate_answers(round).await;
    let strangers = async {
        if is_asked {
            outside::strangers_are_stopped(round).await;
            outside::upgrades_are_guarded(round).await;
            Box::pin(tricks::the_client_is_not_believed(round)).await;
        }
        tricks::nobody_else_may_ask(round).await;
        tricks::no_path_passes(round).await;
        tricks::no_host_passes(round).await;
    };
    let guests = async {
        match guest {
            Some(guest) if is_asked => Box::pin(inside::the_guest_arrives(round, guest)).await,
            Some(_) => (),
            None => round.find(Code::NoAccount, "--as"),
        }
    };
    tokio::join!(strangers, guests);
}
