//! One worker's connections to the app.

use std::error::Error;
use std::io;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::app_stream::AppConnector;
use super::bodies::Upload;
use crate::http::error::HttpError;

/// Longest wait for a connection to the app.
const CONNECT: Duration = Duration::from_secs(5);
/// Longest wait for the head of the app's answer; language models think for minutes.
const ANSWER: Duration = Duration::from_mins(15);
/// How long an unused connection is kept: less than the 5 s after which Node and uvicorn close theirs.
const IDLE: Duration = Duration::from_secs(4);
/// Most header lines of an answer. Browsers know no limit; hyper wants one, and its own is 100.
const MAX_HEADERS: usize = 1000;

/// Connections to the app, made when needed and kept; one of these a worker, in an `Rc`.
pub struct Upstream {
    client: legacy::Client<AppConnector, Upload>,
    authority: String,
    answer: Duration,
}

/// Why there is no answer of the app.
#[derive(Debug)]
pub(super) enum SendFault {
    /// The connection broke before an answer; the app may have been about to close it.
    Dropped(String),
    /// There was none, or it made no sense.
    Broken(String),
    /// No head of an answer in time.
    Late,
}

impl Upstream {
    /// Connections to `authority` (`host:port`) over plain http.
    pub fn new(authority: &str) -> Self {
        Self::with_timeouts(authority, CONNECT, ANSWER)
    }

    /// The same with other limits on connecting and on the head of an answer, for tests.
    pub fn with_timeouts(authority: &str, connect: Duration, answer: Duration) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(connect));
        let mut builder = legacy::Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE).set_host(false).http1_max_headers(MAX_HEADERS);
        // As browsers take them: a line that is folded is one, a space before the colon is none, a line that is no header is left out.
        builder
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_ignore_invalid_headers_in_responses(true);
        Self { client: builder.build(AppConnector::new(connector)), authority: authority.to_owned(), answer }
    }

    /// The address of `path_and_query` at the app; the host is configuration alone (S82).
    pub(super) fn address(&self, path: &str, query: Option<&str>) -> String {
        query.map_or_else(
            || format!("http://{}{path}", self.authority),
            |query| format!("http://{}{path}?{query}", self.authority),
        )
    }

    /// Sends once. hyper-util itself repeats only what it has not begun to send.
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
