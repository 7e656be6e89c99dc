//! How other gates document proxies, as far as it matters here: `PORT`, `GATE` and `APP` stand for the addresses, and
//! `LOCATION` for what docs/COMPAT.md adds. The host of the gate's pages is beside it.

/// oauth2-proxy's page about nginx, and the portal beside it.
pub(super) const OAUTH2_PROXY_NGINX: &str = r"
server {
    listen 127.0.0.1:PORT;
    server_name localhost;
    location / {
        proxy_pass http://GATE;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $remote_addr;
    }
}
server {
    listen 127.0.0.1:PORT;
    server_name wiki.example.net;
    location /oauth2/ {
        proxy_pass http://GATE;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Auth-Request-Redirect $request_uri;
    }
    location = /oauth2/auth {
        proxy_pass http://GATE;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-Uri $request_uri;
        proxy_set_header Content-Length '';
        proxy_pass_request_body off;
    }
    location / {
        auth_request /oauth2/auth;
        error_page 401 = @oauth2_signin;
        auth_request_set $user $upstream_http_x_auth_request_user;
        auth_request_set $email $upstream_http_x_auth_request_email;
        proxy_set_header X-User $user;
        proxy_set_header X-Email $email;
        auth_request_set $token $upstream_http_x_auth_request_access_token;
        proxy_set_header X-Access-Token $token;
        auth_request_set $auth_cookie $upstream_http_set_cookie;
        add_header Set-Cookie $auth_cookie;
        proxy_pass http://APP;
    }
    location @oauth2_signin {
        return 302 /oauth2/sign_in?rd=$scheme://$host$request_uri;
    }
}
";

/// authentik's page about nginx, for one app.
pub(super) const AUTHENTIK_NGINX: &str = r"
server {
    listen 127.0.0.1:PORT;
    server_name localhost;
    location / {
        proxy_pass http://GATE;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $remote_addr;
    }
}
server {
    listen 127.0.0.1:PORT;
    server_name wiki.example.net;
    proxy_buffers 8 16k;
    proxy_buffer_size 32k;
    location / {
        proxy_pass http://APP;
        auth_request /outpost.goauthentik.io/auth/nginx;
        error_page 401 = @goauthentik_proxy_signin;
        auth_request_set $auth_cookie $upstream_http_set_cookie;
        add_header Set-Cookie $auth_cookie;
        auth_request_set $authentik_username $upstream_http_x_authentik_username;
        auth_request_set $authentik_groups $upstream_http_x_authentik_groups;
        auth_request_set $authentik_email $upstream_http_x_authentik_email;
        auth_request_set $authentik_name $upstream_http_x_authentik_name;
        auth_request_set $authentik_uid $upstream_http_x_authentik_uid;
        proxy_set_header X-authentik-username $authentik_username;
        proxy_set_header X-authentik-groups $authentik_groups;
        proxy_set_header X-authentik-email $authentik_email;
        proxy_set_header X-authentik-name $authentik_name;
        proxy_set_header X-authentik-uid $authentik_uid;
    }
    location /outpost.goauthentik.io {
        proxy_pass http://GATE/outpost.goauthentik.io;
        proxy_set_header Host $host;
        proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
        add_header Set-Cookie $auth_cookie;
        auth_request_set $auth_cookie $upstream_http_set_cookie;
        proxy_pass_request_body off;
        proxy_set_header Content-Length '';
    }
    location @goauthentik_proxy_signin {
        internal;
        add_header Set-Cookie $auth_cookie;
        return 302 /outpost.goauthentik.io/start?rd=$request_uri;
    }
}
";

/// Authelia's page about nginx: its snippets in one, with the location that docs/COMPAT.md adds.
pub(super) const AUTHELIA_NGINX: &str = r"
server {
    listen 127.0.0.1:PORT;
    server_name localhost;
    location / {
        proxy_pass http://GATE;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $remote_addr;
    }
}
server {
    listen 127.0.0.1:PORT;
    server_name wiki.example.net;
    set $upstream_authelia http://GATE/api/authz/auth-request;
    location /internal/authelia/authz {
        internal;
        proxy_pass $upstream_authelia;
        proxy_set_header X-Original-Method $request_method;
        proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header Content-Length '';
        proxy_set_header Connection '';
        proxy_pass_request_body off;
        proxy_http_version 1.1;
        proxy_cache_bypass $cookie_session;
        proxy_no_cache $cookie_session;
    }
    LOCATION
    location / {
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $remote_addr;
        auth_request /internal/authelia/authz;
        auth_request_set $user $upstream_http_remote_user;
        auth_request_set $groups $upstream_http_remote_groups;
        auth_request_set $name $upstream_http_remote_name;
        auth_request_set $email $upstream_http_remote_email;
        proxy_set_header Remote-User $user;
        proxy_set_header Remote-Groups $groups;
        proxy_set_header Remote-Email $email;
        proxy_set_header Remote-Name $name;
        auth_request_set $redirection_url $upstream_http_location;
        error_page 401 =302 $redirection_url;
        proxy_pass http://APP;
    }
}
";

/// Authelia's page about Caddy.
pub(super) const AUTHELIA_CADDY: &str = r"
http://localhost:PORT {
	bind 127.0.0.1
	reverse_proxy GATE
}
http://wiki.example.net:PORT {
	bind 127.0.0.1
	forward_auth GATE {
		uri /api/authz/forward-auth
		copy_headers Remote-User Remote-Groups Remote-Email Remote-Name
	}
	reverse_proxy APP
}
";

/// authentik's page about Caddy.
pub(super) const AUTHENTIK_CADDY: &str = r"
http://localhost:PORT {
	bind 127.0.0.1
	reverse_proxy GATE
}
http://wiki.example.net:PORT {
	bind 127.0.0.1
	route {
		reverse_proxy /outpost.goauthentik.io/* http://GATE
		forward_auth http://GATE {
			uri /outpost.goauthentik.io/auth/caddy
			copy_headers {
				X-Authentik-Username
				X-Authentik-Groups
				X-Authentik-Entitlements
				X-Authentik-Email
				X-Authentik-Name
				X-Authentik-Uid
				X-Authentik-Jwt
				X-Authentik-Meta-Jwks
				X-Authentik-Meta-Outpost
				X-Authentik-Meta-Provider
				X-Authentik-Meta-App
				X-Authentik-Meta-Version
			}
			trusted_proxies private_ranges
		}
		reverse_proxy APP
	}
}
";

/// oauth2-proxy's page about Caddy.
pub(super) const OAUTH2_PROXY_CADDY: &str = r"
http://localhost:PORT {
	bind 127.0.0.1
	reverse_proxy GATE
}
http://wiki.example.net:PORT {
	bind 127.0.0.1
	handle /oauth2/* {
		reverse_proxy GATE {
			header_up X-Real-IP {remote_host}
		}
	}
	handle {
		forward_auth GATE {
			uri /oauth2/auth
			header_up X-Real-IP {remote_host}
			copy_headers X-Auth-Request-User X-Auth-Request-Email
			@error status 401
			handle_response @error {
				redir * /oauth2/sign_in?rd={scheme}://{host}{uri}
			}
		}
		reverse_proxy APP
	}
}
";

/// Authelia's page about Traefik, as a file.
pub(super) const AUTHELIA_TRAEFIK: &str = r"
http:
  routers:
    portal: { rule: Host(`localhost`), service: gate }
    wiki: { rule: Host(`wiki.example.net`), service: app, middlewares: [authelia] }
  middlewares:
    authelia:
      forwardAuth:
        address: http://GATE/api/authz/forward-auth
        authResponseHeaders: [Remote-User, Remote-Groups, Remote-Email, Remote-Name]
  services:
    gate: { loadBalancer: { servers: [{ url: http://GATE }] } }
    app: { loadBalancer: { servers: [{ url: http://APP }] } }
";

/// authentik's page about Traefik.
pub(super) const AUTHENTIK_TRAEFIK: &str = r"
http:
  middlewares:
    authentik:
      forwardAuth:
        address: http://GATE/outpost.goauthentik.io/auth/traefik
        trustForwardHeader: true
        authResponseHeaders:
          - X-authentik-username
          - X-authentik-groups
          - X-authentik-entitlements
          - X-authentik-email
          - X-authentik-name
          - X-authentik-uid
          - X-authentik-jwt
          - X-authentik-meta-jwks
          - X-authentik-meta-outpost
          - X-authentik-meta-provider
          - X-authentik-meta-app
          - X-authentik-meta-version
  routers:
    portal: { rule: Host(`localhost`), service: authentik }
    default-router: { rule: Host(`wiki.example.net`), middlewares: [authentik], priority: 10, service: app }
    default-router-auth:
      rule: Host(`wiki.example.net`) && PathPrefix(`/outpost.goauthentik.io/`)
      priority: 15
      service: authentik
  services:
    app: { loadBalancer: { servers: [{ url: http://APP }] } }
    authentik: { loadBalancer: { servers: [{ url: http://GATE/outpost.goauthentik.io }] } }
";
