//! One line to paste for each finding, in the words of the proxy that is there.

use super::codes::Code;
use super::front::Front;
use crate::domain::dialect::Dialect;

/// Lines for one finding.
struct Lines {
    nginx: &'static str,
    traefik: &'static str,
    caddy: &'static str,
    haproxy: &'static str,
    envoy: &'static str,
    /// For the built-in proxy, and what is in front of it.
    other: &'static str,
}

/// Where it is not known which proxy it is, and each has a line of its own.
const NAME_IT: &str = "portcullis probe {url} --proxy nginx  # or traefik, caddy, haproxy, envoy: in its language";

impl Lines {
    /// The same line whatever the proxy.
    const fn all(line: &'static str) -> Self {
        Self { nginx: line, traefik: line, caddy: line, haproxy: line, envoy: line, other: line }
    }

    fn of(&self, front: Front) -> &'static str {
        match front {
            Front::Asking(Dialect::Nginx) => self.nginx,
            Front::Asking(Dialect::Traefik) => self.traefik,
            Front::Asking(Dialect::Caddy) => self.caddy,
            Front::Asking(Dialect::Haproxy) => self.haproxy,
            Front::Asking(Dialect::Envoy) => self.envoy,
            Front::Unknown if self.nginx != self.caddy => NAME_IT,
            Front::BuiltIn | Front::Unknown => self.other,
        }
    }
}

const GUARDED: Lines = Lines {
    nginx: "auth_request /_auth/ask;  # with the lines that stand beside it in the location that asks",
    traefik: "middlewares: [{site}_no_upgrade, {site}_gate]",
    caddy: "delete the handle or route without forward_auth, so that the one with it answers",
    haproxy: "http-request lua.portcullis unless gate",
    envoy: "delete typed_per_filter_config of the route, which switches ext_authz off",
    other: "let every way to the app lead through Portcullis",
};
const SIGN_IN: Lines = Lines {
    nginx: "error_page 401 = @portcullis_sign_in;",
    traefik: "address: http://127.0.0.1:3000/_auth/verify/traefik",
    caddy: "uri /_auth/verify/caddy",
    haproxy: "http-request lua.portcullis unless gate",
    envoy: "path_prefix: /_auth/verify/envoy",
    other: "APP_URL={portal}",
};
const WEB_SOCKET: Lines = Lines {
    nginx: "proxy_set_header Upgrade $portcullis_upgrade; proxy_set_header Connection $portcullis_connection;",
    traefik: "rule: Host(`{host}`) && HeaderRegexp(`Upgrade`, `(?i)^websocket$`)",
    caddy: "request_header @websocket Upgrade websocket",
    haproxy: "timeout tunnel 24h",
    envoy: "upgrade_configs: [{ upgrade_type: websocket }]",
    other: "portcullis app set {app} --websocket-origins ''",
};

/// What Traefik takes from the answer in every printed configuration.
const ANSWERED: &str = "authResponseHeaders: [Remote-User, Remote-Email, Remote-Name, Remote-Groups, Remote-Id, \
    Cookie, Authorization]";
/// No path but a plain one, in a location that is open.
const PLAIN_PATH: &str =
    r#"if ($request_uri !~ "^(?:/(?!\.\.?(?:[/?]|$))[A-Za-z0-9._~-]+)*/?(?:\?|$)") { return 404; }"#;
/// No request that names two hosts.
const ONE_HOST: &str = concat!(
    r#"set $portcullis_host "$host|$http_host"; "#,
    r#"if ($portcullis_host !~* "^([^|]+)\|\1\.?(?::[0-9]*)?$") { return 400; }"#
);

/// The line for a finding behind that proxy; `{url}` and the like are yet to be filled in.
pub(super) fn line(code: Code, front: Front) -> &'static str {
    let lines = match code {
        Code::Unreachable => Lines::all("portcullis probe {url} --connect 127.0.0.1:{port}"),
        Code::UnknownAddress => Lines::all("portcullis app list"),
        Code::Unclaimed => Lines::all("portcullis start"),
        // Those about made-up headers name what was found.
        Code::Late | Code::IdentitySpoofed | Code::ForwardedSpoofed => Lines::all("portcullis probe {url}"),
        Code::GateNotReached => Lines {
            nginx: "location /_auth/ { proxy_pass http://127.0.0.1:3000; proxy_set_header Host $http_host; \
                proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; }",
            traefik: "rule: Host(`{host}`) && PathPrefix(`/_auth/`) && !PathPrefix(`/_auth/verify`)",
            caddy: "reverse_proxy /_auth/* 127.0.0.1:3000",
            haproxy: "use_backend gate if { path_beg /_auth/ }",
            envoy: "- { match: { prefix: /_auth/ }, route: { cluster: gate }, typed_per_filter_config: *open }",
            other: "let {host} lead to Portcullis, and nowhere else",
        },
        Code::WrongDialect => Lines { nginx: "proxy_pass http://127.0.0.1:3000/_auth/verify/nginx;", ..SIGN_IN },
        Code::AnonymousLetIn | Code::AnsweredUnasked => GUARDED,
        Code::WebSocketOpen => Lines { traefik: "middlewares: [{site}_only_websocket, {site}_gate]", ..GUARDED },
        Code::NavigationRefused => SIGN_IN,
        Code::SignInElsewhere => Lines { nginx: "return 303 $portcullis_login;", ..SIGN_IN },
        Code::ScriptRedirected => Lines { nginx: "if ($portcullis_navigation != yes) { return 401; }", ..SIGN_IN },
        Code::VerifyOpen => Lines {
            nginx: "location /_auth/verify/ { return 404; }",
            traefik: "rule: Host(`{host}`) && PathPrefix(`/_auth/`) && !PathPrefix(`/_auth/verify`)",
            caddy: "respond /_auth/verify/* 404",
            haproxy: "http-request deny deny_status 404 if { path -m beg -i /_auth/verify }",
            envoy: "- { match: { prefix: /_auth/verify }, direct_response: { status: 404 } }",
            other: "let the proxy in front answer 404 to everything below /_auth/verify/",
        },
        Code::VerifyUnjudged => Lines::all("curl -i {url}/_auth/verify/nginx  # elsewhere: 403 and 404 are good"),
        Code::PathPassed => Lines { nginx: PLAIN_PATH, ..GUARDED },
        Code::HostPassed => Lines {
            nginx: ONE_HOST,
            traefik: "rule: Host(`{host}`)",
            caddy: "{origin} {",
            haproxy: "use_backend {site} if { req.hdr(host),host_only -i {host} }",
            envoy: "domains: [\"{host}\"]",
            other: "refuse requests that name two hosts in the proxy in front",
        },
        // Of a proxy that may ask, it is the question that is wrong.
        Code::ForwardedBelieved | Code::QuestionRefused => Lines {
            nginx: "proxy_set_header X-Original-URL $scheme://$http_host$request_uri;",
            traefik: "trustForwardHeader: false",
            caddy: "request_header -*Forward*",
            haproxy: "http-request lua.portcullis unless gate",
            envoy: "- append: { header: { key: x-forwarded-proto, value: '%REQ(:SCHEME)%' } }",
            other: "set X-Forwarded-* from the request itself in the proxy in front",
        },
        Code::H2cPassed => Lines {
            nginx: "proxy_set_header Upgrade $portcullis_upgrade;",
            traefik: "customRequestHeaders: { Upgrade: \"\", HTTP2-Settings: \"\" }",
            caddy: "request_header @other -Upgrade",
            haproxy: "http-request del-header Upgrade unless { req.hdr(Upgrade) -i websocket }",
            envoy: "upgrade_configs: [{ upgrade_type: websocket }]",
            other: "let no upgrade pass but websocket in the proxy in front",
        },
        Code::NotLetIn => {
            Lines { envoy: "- exact: x-portcullis-token", ..Lines::all("portcullis explain {owner} GET {url}") }
        }
        Code::NoAccount => Lines::all("portcullis probe {url} --as ADDRESS"),
        Code::ArrivalUnseen => Lines::all("portcullis probe {url} --echo {upstream}"),
        Code::IdentityMissing => Lines {
            traefik: "delete Connection from the client's request",
            haproxy: "lua-load /etc/haproxy/portcullis.lua",
            ..Lines::all("portcullis app show {app}")
        },
        Code::TokenPassed => Lines {
            nginx: "proxy_set_header X-Portcullis-Token \"\";",
            traefik: ANSWERED,
            caddy: "copy_headers Authorization>X-Portcullis-Authorization",
            haproxy: "lua-load /etc/haproxy/portcullis.lua",
            envoy: "- exact: x-portcullis-token",
            other: "portcullis app set {app} --token-headers X-Portcullis-Token",
        },
        Code::CookiePassed => Lines {
            nginx: "proxy_set_header Cookie $portcullis_cookies;",
            traefik: ANSWERED,
            caddy: "request_header Cookie \"(?i)(__[a-z-]+-)?portcullis_[a-z0-9_]+ *=[^;]*(; *)?\" \" \"",
            haproxy: "lua-load /etc/haproxy/portcullis.lua",
            envoy: "- safe_regex: { regex: 'cookie|remote-.*' }",
            other: "portcullis app show {app}",
        },
        Code::AuthorizationLost => Lines {
            nginx: "proxy_set_header Authorization $portcullis_authorization;",
            traefik: ANSWERED,
            caddy: "copy_headers Authorization>X-Portcullis-Authorization",
            haproxy: "lua-load /etc/haproxy/portcullis.lua",
            envoy: "- exact: authorization",
            other: "portcullis app show {app}",
        },
        Code::OldHttp => Lines {
            nginx: "proxy_http_version 1.1;",
            caddy: "transport http { versions 1.1 }",
            envoy: "explicit_http_config: { http_protocol_options: {} }",
            ..Lines::all("ask the app over HTTP/1.1")
        },
        Code::WebSocketCut => WEB_SOCKET,
        Code::UploadCut => Lines {
            nginx: "client_max_body_size 0;",
            traefik: "--entryPoints.web.transport.respondingTimeouts.readTimeout=0",
            caddy: "request_body { max_size 0 }",
            haproxy: "timeout client 75s",
            envoy: "stream_idle_timeout: 900s",
            other: "raise the limit for uploads in the proxy in front",
        },
        Code::StreamBuffered => Lines {
            nginx: "proxy_buffering off;",
            traefik: "responseForwarding: { flushInterval: 1ms }",
            caddy: "flush_interval -1",
            haproxy: "no option http-buffer-request",
            envoy: "route: { cluster: app, timeout: 0s }",
            other: "switch buffering off in the proxy in front",
        },
    };
    lines.of(front)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_has_one_line_for_every_proxy() {
        let known = Dialect::ALL.map(Front::Asking);
        for front in known.into_iter().chain([Front::BuiltIn, Front::Unknown]) {
            for code in Code::ALL {
                let line = line(*code, front);
                assert!(!line.is_empty() && !line.contains('\n') && line.len() < 200, "{code:?} {front:?}: {line}");
            }
        }
    }
}
