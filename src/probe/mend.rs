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
    /// For the built-in proxy, and where the proxy is not known.
    other: &'static str,
}

impl Lines {
    /// The same line whatever the proxy.
    const fn all(line: &'static str) -> Self {
        Self { nginx: line, traefik: line, caddy: line, haproxy: line, envoy: line, other: line }
    }

    const fn of(self, front: Front) -> &'static str {
        match front {
            Front::Asking(Dialect::Nginx) => self.nginx,
            Front::Asking(Dialect::Traefik) => self.traefik,
            Front::Asking(Dialect::Caddy) => self.caddy,
            Front::Asking(Dialect::Haproxy) => self.haproxy,
            Front::Asking(Dialect::Envoy) => self.envoy,
            Front::BuiltIn | Front::Unknown => self.other,
        }
    }
}

const GUARDED: Lines = Lines {
    nginx: "include /etc/nginx/portcullis/guarded.conf;",
    traefik: "middlewares: [app_no_upgrade, app_gate]",
    caddy: "forward_auth 127.0.0.1:3000 {",
    haproxy: "http-request lua.portcullis unless gate",
    envoy: "- name: envoy.filters.http.ext_authz",
    other: "include /etc/nginx/portcullis/guarded.conf;",
};
const APP_CONF: Lines = Lines {
    nginx: "include /etc/nginx/portcullis/app.conf;",
    traefik: "authResponseHeadersRegex: '(?i)…'  # the line of docs/FORWARD-AUTH.md",
    caddy: "request_header -*Forward*",
    haproxy: "lua-load /etc/haproxy/portcullis.lua",
    envoy: "- name: envoy.filters.http.header_mutation",
    other: "TRUSTED_PROXIES=",
};
const SIGN_IN: Lines = Lines {
    nginx: "error_page 401 = @portcullis_sign_in;",
    traefik: "address: http://127.0.0.1:3000/_auth/verify/traefik",
    caddy: "uri /_auth/verify/caddy",
    haproxy: "http-request lua.portcullis unless gate",
    envoy: "path_prefix: /_auth/verify/envoy",
    other: "APP_URL=https://app.example.org",
};
const WEB_SOCKET: Lines = Lines {
    nginx: "proxy_set_header Upgrade $portcullis_upgrade;",
    traefik: "rule: Host(`app.example.org`) && HeaderRegexp(`Upgrade`, `(?i)^websocket$`)",
    caddy: "request_header @websocket Upgrade websocket",
    haproxy: "timeout tunnel 24h",
    envoy: "upgrade_configs: [{ upgrade_type: websocket }]",
    other: "portcullis app set NAME --websocket-origins ''",
};

/// The line for a finding behind that proxy.
pub(super) const fn line(code: Code, front: Front) -> &'static str {
    let lines = match code {
        Code::Unreachable => Lines::all("portcullis probe URL --connect 192.0.2.1:443"),
        Code::UnknownAddress => Lines::all("portcullis app list"),
        Code::Unclaimed => Lines::all("portcullis start"),
        Code::Late => Lines::all("portcullis probe URL"),
        Code::GateNotReached => Lines {
            nginx: "include /etc/nginx/portcullis/server.conf;",
            traefik: "rule: Host(`app.example.org`) && PathPrefix(`/_auth/`) && !PathPrefix(`/_auth/verify`)",
            caddy: "handle /_auth/* {",
            haproxy: "use_backend gate if { path_beg /_auth/ }",
            envoy: "- match: { prefix: /_auth/ }",
            other: "UPSTREAM_URL=http://127.0.0.1:8080",
        },
        Code::QuestionRefused => Lines::all("TRUSTED_PROXIES=127.0.0.1"),
        Code::WrongDialect => Lines {
            nginx: "FORWARD_AUTH=nginx",
            traefik: "FORWARD_AUTH=traefik",
            caddy: "FORWARD_AUTH=caddy",
            haproxy: "FORWARD_AUTH=haproxy",
            envoy: "FORWARD_AUTH=envoy",
            other: "FORWARD_AUTH=nginx",
        },
        Code::AnonymousLetIn | Code::AnsweredUnasked | Code::WebSocketOpen => GUARDED,
        Code::NavigationRefused | Code::SignInElsewhere => SIGN_IN,
        Code::ScriptRedirected => Lines { nginx: "if ($portcullis_navigation != yes) { return 401; }", ..SIGN_IN },
        Code::VerifyOpen => Lines {
            nginx: "location /_auth/verify/ { return 404; }",
            traefik: "rule: Host(`app.example.org`) && PathPrefix(`/_auth/`) && !PathPrefix(`/_auth/verify`)",
            caddy: "respond /_auth/verify/* 404",
            haproxy: "http-request deny deny_status 404 if { path -m beg -i /_auth/verify }",
            envoy: "- match: { prefix: /_auth/verify }",
            other: "let the proxy in front answer 404 to everything below /_auth/verify/",
        },
        Code::VerifyUnjudged => Lines::all("curl -i {url}/_auth/verify/nginx  # elsewhere: 403 and 404 are good"),
        Code::PathPassed => Lines { nginx: "include /etc/nginx/portcullis/public.conf;", ..GUARDED },
        Code::HostPassed => Lines {
            nginx: "include /etc/nginx/portcullis/server.conf;",
            traefik: "rule: Host(`app.example.org`)",
            caddy: "respond 404",
            haproxy: "use_backend app if { req.hdr(host),host_only -i app.example.org }",
            envoy: "domains: [\"app.example.org\"]",
            other: "portcullis app list",
        },
        Code::ForwardedBelieved => Lines {
            nginx: "proxy_set_header X-Original-URL $scheme://$http_host$request_uri;",
            traefik: "trustForwardHeader: false",
            caddy: "request_header -*Forward*",
            haproxy: "http-request lua.portcullis unless gate",
            envoy: "- append: { header: { key: x-forwarded-proto, value: '%REQ(:SCHEME)%' } }",
            other: "TRUSTED_PROXIES=",
        },
        Code::H2cPassed => Lines {
            nginx: "proxy_set_header Upgrade $portcullis_upgrade;",
            traefik: "customRequestHeaders: { Upgrade: \"\", HTTP2-Settings: \"\" }",
            caddy: "request_header @other -Upgrade",
            haproxy: "http-request del-header Upgrade unless { req.hdr(Upgrade) -i websocket }",
            envoy: "upgrade_configs: [{ upgrade_type: websocket }]",
            other: "http-request del-header Upgrade unless { req.hdr(Upgrade) -i websocket }",
        },
        Code::NotLetIn => {
            Lines { envoy: "- exact: x-portcullis-token", ..Lines::all("portcullis explain ADDRESS GET URL") }
        }
        Code::NoAccount => Lines::all("portcullis probe URL --as ADDRESS"),
        Code::ArrivalUnseen => Lines::all("portcullis probe URL --echo 127.0.0.1:8080"),
        Code::IdentityMissing => Lines {
            nginx: "include /etc/nginx/portcullis/guarded.conf;",
            traefik: "authResponseHeaders: [Remote-User, Remote-Email, Remote-Name, Remote-Groups, Remote-Id]",
            caddy: "copy_headers Remote-User Remote-Email Remote-Name Remote-Groups Remote-Id",
            haproxy: "lua-load /etc/haproxy/portcullis.lua",
            envoy: "- safe_regex: { regex: 'cookie|remote-.*' }",
            other: "portcullis app set NAME --headers remote",
        },
        Code::IdentitySpoofed => {
            Lines { nginx: "underscores_in_headers off;", caddy: "request_header -Remote*", ..APP_CONF }
        }
        Code::ForwardedSpoofed => APP_CONF,
        Code::TokenPassed => Lines {
            nginx: "proxy_set_header X-Portcullis-Token \"\";",
            traefik: "authResponseHeaders: [Authorization]",
            caddy: "copy_headers Authorization>X-Portcullis-Authorization",
            haproxy: "lua-load /etc/haproxy/portcullis.lua",
            envoy: "- exact: x-portcullis-token",
            other: "portcullis app set NAME --token-headers X-Portcullis-Token",
        },
        Code::CookiePassed => Lines {
            nginx: "proxy_set_header Cookie $portcullis_cookies;",
            traefik: "authResponseHeaders: [Cookie]",
            caddy: "request_header Cookie \"(?i)(__[a-z-]+-)?portcullis_[a-z0-9_]+ *=[^;]*(; *)?\" \" \"",
            haproxy: "lua-load /etc/haproxy/portcullis.lua",
            envoy: "- safe_regex: { regex: 'cookie|remote-.*' }",
            other: "portcullis app show NAME",
        },
        Code::AuthorizationLost => Lines {
            nginx: "proxy_set_header Authorization $portcullis_authorization;",
            traefik: "authResponseHeaders: [Authorization]",
            caddy: "copy_headers Authorization>X-Portcullis-Authorization",
            haproxy: "lua-load /etc/haproxy/portcullis.lua",
            envoy: "- exact: authorization",
            other: "portcullis app show NAME",
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
            other: "client_max_body_size 0;",
        },
        Code::StreamBuffered => Lines {
            nginx: "proxy_buffering off;",
            traefik: "responseForwarding: { flushInterval: 1ms }",
            caddy: "flush_interval -1",
            haproxy: "no option http-buffer-request",
            envoy: "route: { cluster: app, timeout: 0s }",
            other: "proxy_buffering off;",
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
                assert!(!line.is_empty() && !line.contains('\n') && line.len() < 120, "{code:?} {front:?}: {line}");
            }
        }
    }
}
