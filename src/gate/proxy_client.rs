//! One worker's connections to the app.

use std::error::Error;
use std::io;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::app_stream::AppConnector;
use super::bodies::Upload;
use crate::domain::apps::Upstream;
use crate::http::error::HttpError;

/// Time limit for connecting to the app.
const CONNECT: Duration = Duration::from_secs(5);
/// Time limit for the head of the app's response; language models think for minutes.
const ANSWER: Duration = Duration::from_mins(15);
/// How long an idle connection is kept: less than the 5 s after which Node and uvicorn close theirs.
const IDLE: Duration = Duration::from_secs(4);
/// Maximum header lines of a response. Browsers have no limit; hyper needs one, and its default is 100.
const MAX_HEADERS: usize = 1000;

/// Pooled connections to the app; one pool per worker, in an `Rc`.
pub struct AppClient {
    client: legacy::Client<AppConnector, Upload>,
    authority: String,
    answer: Duration,
}

/// Why there is no response of the app.
#[derive(Debug)]
pub(super) enum SendFault {
    /// The connection broke before a response; the app may have been about to close it.
    Dropped(String),
    /// There was no response, or an invalid one.
    Broken(String),
    /// The head of the response did not arrive in time.
    Late,
}

impl AppClient {
    /// Connections to `upstream`.
    pub(super) fn new(upstream: &Upstream) -> Result<Self, String> {
        let mut builder = legacy::Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE).set_host(false).http1_max_headers(MAX_HEADERS);
        // As lenient as browsers: folded lines are joined, a space before the colon is ignored, and an invalid line is
        // skipped.
        builder
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_ignore_invalid_headers_in_responses(true);
        let client = builder.build(AppConnector::new(upstream, CONNECT)?);
        let authority = upstream.url.authority().to_owned();
        Ok(Self { client, authority, answer: upstream.answer.unwrap_or(ANSWER) })
    }

    /// The URL of `path` at the app; the host comes from the configuration only (S82). The connector knows the scheme.
    pub(super) fn address(&self, path: &str, query: Option<&str>) -> String {
        query.map_or_else(
            || format!("http://{}{path}", self.authority),
            |query| format!("http://{}{path}?{query}", self.authority),
        )
    }

    /// Sends once. hyper-util itself retries only what it has not begun to send.
    pub(super) async fn send(&self, request: Request<Upload>) -> Result<Response<Incoming>, SendFault> {
        match tokio::time::timeout(self.answer, self.client.request(request)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(fault)) if !fault.is_connect() && was_dropped(&fault) => Err(SendFault::Dropped(chain(&fault))),
            Ok(Err(fault)) => Err(SendFault::Broken(chain(&fault))),
            Err(_elapsed) => Err(SendFault::Late),
        }
    }
}

impl From<SendFault> for HttpError {
    fn from(fault: SendFault) -> Self {
        match fault {
            SendFault::Dropped(text) | SendFault::Broken(text) => Self::Upstream(text),
            SendFault::Late => Self::UpstreamTimeout,
        }
    }
}

fn causes<'a>(fault: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(fault), |fault| {
        let fault: &'a (dyn Error + 'static) = *fault;
        fault.source()
    })
}

fn was_dropped(fault: &(dyn Error + 'static)) -> bool {
    causes(fault).any(|cause| {
        let hyper = cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_incomplete_message);
        let reset =
            |fault: &io::Error| matches!(fault.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe);
        hyper || cause.downcast_ref::<io::Error>().is_some_and(reset)
    })
}

/// The fault with its causes, for the log.
fn chain(fault: &(dyn Error + 'static)) -> String {
    causes(fault).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
